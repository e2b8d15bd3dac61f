import { appendFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { eventually, type RunningServer, startServer } from './server.ts';

export interface LedgerPlan {
  readonly seed: number;
  /** How often the process is ended with `kill -9`, at a random moment under load, now and then while it starts. */
  readonly kills: number;
}

/** What was acknowledged beside what is there in the end. */
export interface Ledger {
  readonly kills: number;
  /** Documents acknowledged over HTTP, and lines written to the watched file (whose acknowledgement is its position). */
  readonly acknowledged: number;
  readonly stored: number;
  readonly deadLetters: number;
  /** Tags that were acknowledged and are nowhere. */
  readonly lost: readonly string[];
  /** Tags that are in the store more than once, or both there and in the dead letters. */
  readonly doubled: readonly string[];
}

const perRequest = 50;
const senders = 4;
const rangeAll = 'from=now-2y&to=now%2B1h';

/** Mulberry32, so that a failing run can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const tagOf = (i: number): string => `ledger-${String(i).padStart(7, '0')}`;

/** Windows, sshd, nginx, plain JSON, and what can't be an event, in turn, each with its tag where it survives. */
function document(i: number): string {
  const at = new Date(Date.now() - 60_000).toISOString();
  const tag = tagOf(i);
  switch (i % 5) {
    case 0: {
      const event_data = { TargetUserName: 'finance2', LogonType: '3' };
      const winlog = { channel: 'Security', event_id: '4624', computer_name: 'WS-01', event_data };
      return JSON.stringify({ '@timestamp': at, tags: [tag], winlog });
    }
    case 1:
      return JSON.stringify({
        '@timestamp': at,
        message: `<86>1 ${at} bastion01 sshd 77 - - ${tag} Accepted publickey for backup from 192.0.2.7 port 50022 ssh2`,
      });
    case 2:
      return JSON.stringify({
        '@timestamp': at,
        event: { dataset: 'nginx.access' },
        url: { path: `/${tag}` },
      });
    case 3:
      return JSON.stringify({ '@timestamp': at, message: `application line ${tag}` });
    default:
      return `{"message":"${tag} is no JSON"`;
  }
}

/** Sends one request until it is acknowledged by whichever process then runs. */
async function send(server: () => RunningServer, from: number): Promise<void> {
  const lines: string[] = [];
  for (let i = from; i < from + perRequest; i++)
    lines.push(JSON.stringify({ create: { _id: tagOf(i) } }), document(i));
  for (;;) {
    try {
      const response = await fetch(`${server().ingest}/ledger/_bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: `${lines.join('\n')}\n`,
      });
      const { items } = (await response.json()) as { items?: { create: { status: number } }[] };
      if (response.ok && items?.every(({ create: { status } }) => status === 201 || status === 400)) return;
    } catch {
      // The process was killed under the request: the next one gets it.
    }
    await setTimeout(20);
  }
}

/**
 * Sends documents over four connections and appends lines to a watched file (rotated now and then) without a pause, while
 * the process is ended with `kill -9` again and again; what was not acknowledged is sent again under the same ids.
 * Then compares what was acknowledged with the store and the dead letters.
 */
export async function keepLedger({ seed, kills }: LedgerPlan): Promise<Ledger> {
  const next = random(seed);
  let server = await startServer({ config: '' });
  const { data } = server;
  const file = join(data, 'watched.log');
  const config = `inputs: [{ type: http }, { type: file, paths: ['${file}*'], source: ledger-file, poll_ms: 100 }]`;
  await server.kill('SIGKILL');
  await appendFile(file, '');
  server = await startServer({ data, config });

  let stopping = false;
  let requests = 0;
  let written = 0;
  const sending = Array.from({ length: senders }, async () => {
    while (!stopping) await send(() => server, requests++ * perRequest);
  });
  const writing = (async () => {
    for (let batch = 1; !stopping; batch++) {
      const lines = Array.from(
        { length: 20 },
        () => `line file-${String(written++).padStart(7, '0')} of a file\n`,
      );
      await appendFile(file, lines.join(''));
      if (batch % 40 === 0) await rename(file, `${file}.${batch / 40}`);
      await setTimeout(25);
    }
  })();

  for (let kill = 0; kill < kills; kill++) {
    await setTimeout(50 + next() * 600);
    await server.kill('SIGKILL');
    // Every fifth dies again while it recovers.
    server = await startServer({ data, config, ...(next() < 0.2 ? { killAfterMs: next() * 500 } : {}) });
  }
  stopping = true;
  await Promise.all([...sending, writing]);

  const acknowledged = new Set<string>();
  for (let i = 0; i < requests * perRequest; i++) acknowledged.add(tagOf(i));
  for (let i = 0; i < written; i++) acknowledged.add(`file-${String(i).padStart(7, '0')}`);
  const ledger = compare(acknowledged, await readStore(server, acknowledged.size), await readLetters(server));
  await server.dispose();
  return { kills, ...ledger };
}

function compare(
  acknowledged: ReadonlySet<string>,
  stored: Map<string, number>,
  letters: ReadonlySet<string>,
) {
  const lost = [...acknowledged].filter((tag) => !stored.has(tag) && !letters.has(tag));
  const doubled = [...stored].flatMap(([tag, count]) => (count > 1 || letters.has(tag) ? [tag] : []));
  return { acknowledged: acknowledged.size, stored: stored.size, deadLetters: letters.size, lost, doubled };
}

const findTag = (text: string): string => /(?:ledger|file)-\d{7}/.exec(text)?.[0] ?? `untagged: ${text}`;

/** How often each tag is in the store. Waits until nothing more comes. */
async function readStore(server: RunningServer, expected: number): Promise<Map<string, number>> {
  let before = -1;
  await eventually(
    () => server.api<{ total: number }>(`/api/events?limit=1&${rangeAll}`),
    ({ total }) => {
      const settled = total === before && total >= expected * 0.7;
      before = total;
      return settled;
    },
    120,
    1_000,
  );
  const stored = new Map<string, number>();
  let after: string | undefined;
  do {
    const page: { items: { event: { original: string } }[]; next?: string } = await server.api(
      `/api/events?limit=1000&${rangeAll}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    for (const { event } of page.items) {
      const tag = findTag(event.original);
      stored.set(tag, (stored.get(tag) ?? 0) + 1);
    }
    after = page.next;
  } while (after !== undefined);
  return stored;
}

async function readLetters(server: RunningServer): Promise<Set<string>> {
  const tags = new Set<string>();
  let after: string | undefined;
  do {
    const page: { items: { raw: string }[]; next?: string } = await server.api(
      `/api/dead-letters?limit=200${after === undefined ? '' : `&after=${after}`}`,
    );
    for (const { raw } of page.items) tags.add(findTag(raw));
    after = page.next;
  } while (after !== undefined);
  return tags;
}

/** The ledger as a line for people. */
export const summary = ({ kills, acknowledged, stored, deadLetters, lost, doubled }: Ledger): string =>
  `${kills} kills: ${acknowledged} acknowledged, ${stored} stored, ${deadLetters} dead letters, ${lost.length} lost, ${doubled.length} doubled`;
