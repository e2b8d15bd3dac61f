import { appendFile, rename } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { random } from '../seed.ts';
import { eventually } from './server.ts';

/** A Tidewatch of one or more processes under load. */
export interface LedgerSite {
  /** Address of the HTTP input that runs now. */
  ingest(): string;
  /** Is tailed by the site, with its rotated copies `<file>.*`. */
  readonly file: string;
  /** Ends a process with `kill -9` and starts it again; `next` gives numbers from 0 to 1. */
  kill(next: () => number): Promise<void>;
  /** Number of events in the store. */
  count(): Promise<number>;
  /** Every event in the store, as text. */
  events(): AsyncIterable<string>;
  /** Raw text of every dead letter. */
  letters(): AsyncIterable<string>;
  dispose(): Promise<void>;
}

export interface LedgerPlan {
  readonly seed: number;
  /** How often a process is ended with `kill -9`, at a random moment under load, now and then while it starts. */
  readonly kills: number;
  /** Documents sent over HTTP a second, at most: what the store can take while it is killed again and again. */
  readonly perSecond: number;
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
async function send(site: LedgerSite, from: number): Promise<void> {
  const lines: string[] = [];
  for (let i = from; i < from + perRequest; i++)
    lines.push(JSON.stringify({ create: { _id: tagOf(i) } }), document(i));
  for (;;) {
    try {
      const response = await fetch(`${site.ingest()}/ledger/_bulk`, {
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
 * processes are ended with `kill -9` again and again; what was not acknowledged is sent again under the same ids.
 * Then compares what was acknowledged with the store and the dead letters.
 */
export async function keepLedger(site: LedgerSite, { seed, kills, perSecond }: LedgerPlan): Promise<Ledger> {
  const next = random(seed);
  const started = performance.now();
  let stopping = false;
  let requests = 0;
  let written = 0;
  const sending = Array.from({ length: senders }, async () => {
    while (!stopping) {
      const due = started + (requests * perRequest * 1_000) / perSecond;
      await send(site, requests++ * perRequest);
      await setTimeout(Math.max(0, due - performance.now()));
    }
  });
  const writing = (async () => {
    for (let batch = 1; !stopping; batch++) {
      const lines = Array.from(
        { length: 20 },
        () => `line file-${String(written++).padStart(7, '0')} of a file\n`,
      );
      await appendFile(site.file, lines.join(''));
      if (batch % 40 === 0) await rename(site.file, `${site.file}.${batch / 40}`);
      await setTimeout(25);
    }
  })();

  for (let kill = 0; kill < kills; kill++) {
    await setTimeout(50 + next() * 600);
    await site.kill(next);
  }
  stopping = true;
  await Promise.all([...sending, writing]);

  const acknowledged = new Set<string>();
  for (let i = 0; i < requests * perRequest; i++) acknowledged.add(tagOf(i));
  for (let i = 0; i < written; i++) acknowledged.add(`file-${String(i).padStart(7, '0')}`);
  await settled(site, acknowledged.size);
  const stored = new Map<string, number>();
  for await (const event of site.events()) {
    const tag = findTag(event);
    stored.set(tag, (stored.get(tag) ?? 0) + 1);
  }
  const letters = new Set<string>();
  for await (const raw of site.letters()) letters.add(findTag(raw));
  await site.dispose();
  return { kills, ...compare(acknowledged, stored, letters) };
}

/** Until nothing more comes into the store. */
async function settled(site: LedgerSite, expected: number): Promise<void> {
  let before = -1;
  await eventually(
    () => site.count(),
    (count) => {
      const same = count === before && count >= expected * 0.7;
      before = count;
      return same;
    },
    120,
    1_000,
  );
}

function compare(
  acknowledged: ReadonlySet<string>,
  stored: ReadonlyMap<string, number>,
  letters: ReadonlySet<string>,
) {
  const lost = [...acknowledged].filter((tag) => !stored.has(tag) && !letters.has(tag));
  const doubled = [...stored].flatMap(([tag, count]) => (count > 1 || letters.has(tag) ? [tag] : []));
  return { acknowledged: acknowledged.size, stored: stored.size, deadLetters: letters.size, lost, doubled };
}

const findTag = (text: string): string => /(?:ledger|file)-\d{7}/.exec(text)?.[0] ?? `untagged: ${text}`;

/** The ledger as a line for people. */
export const summary = ({ kills, acknowledged, stored, deadLetters, lost, doubled }: Ledger): string =>
  `${kills} kills: ${acknowledged} acknowledged, ${stored} stored, ${deadLetters} dead letters, ${lost.length} lost, ${doubled.length} doubled`;
