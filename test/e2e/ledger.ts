import { setTimeout } from 'node:timers/promises';
import { eventually, type RunningServer, startServer } from './server.ts';

const perRequest = 100;

/** Windows, sshd, nginx and plain JSON in turn, each with its number in a field that survives normalisation. */
function document(i: number): Record<string, unknown> {
  const at = new Date(Date.now() - 60_000 + i).toISOString();
  const tag = `ledger-${i}`;
  const stamp = new Date()
    .toString()
    .slice(4, 24)
    .replace(/ \d{4}/, '')
    .replace(' 0', '  ');
  switch (i % 4) {
    case 0:
      return {
        '@timestamp': at,
        tags: [tag],
        winlog: {
          channel: 'Security',
          event_id: '4624',
          computer_name: 'WS-01',
          event_data: { TargetUserName: 'finance2', LogonType: '3' },
        },
      };
    case 1:
      return {
        '@timestamp': at,
        tags: [tag],
        message: `<86>${stamp} bastion01 sshd[${i}]: Accepted publickey for backup from 192.0.2.${i % 250} port 50022 ssh2`,
      };
    case 2:
      return {
        '@timestamp': at,
        tags: [tag],
        event: { dataset: 'nginx.access' },
        url: { path: `/page/${i}` },
        http: { response: { status_code: 200 } },
      };
    default:
      return { '@timestamp': at, tags: [tag], message: `application line ${i}` };
  }
}

async function send(ingest: string, from: number): Promise<boolean> {
  const lines: string[] = [];
  for (let i = from; i < from + perRequest; i++) {
    lines.push(JSON.stringify({ create: { _id: `ledger-${i}` } }), JSON.stringify(document(i)));
  }
  try {
    const response = await fetch(`${ingest}/ledger/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${lines.join('\n')}\n`,
    });
    const body = (await response.json()) as { errors: boolean };
    return response.ok && !body.errors;
  } catch {
    return false;
  }
}

export interface Ledger {
  /** How often each event that was acknowledged is in the store; 1 is right. */
  readonly stored: ReadonlyMap<string, number>;
  readonly acknowledged: number;
  readonly crashes: number;
}

/**
 * Sends mixed events, four requests at a time, and ends the process with `kill -9` in the middle of some of them; what
 * was not acknowledged is sent again to the next process, under the same ids. Then counts what the store holds.
 *
 * @param total a multiple of 400
 * @param kills rounds of four requests, from 0, in which the process is killed, with the milliseconds after their start
 */
export async function keepLedger(total: number, kills: ReadonlyMap<number, number>): Promise<Ledger> {
  let server = await startServer();
  const { data } = server;
  let acknowledged = 0;
  let crashes = 0;
  for (let round = 0; round * 4 * perRequest < total; round++) {
    const starts = [0, 1, 2, 3].map((k) => (round * 4 + k) * perRequest);
    const current = server;
    const answers = Promise.all(starts.map((start) => send(current.ingest, start)));
    const killAfter = kills.get(round);
    if (killAfter !== undefined) {
      await setTimeout(killAfter);
      await server.kill('SIGKILL');
      crashes++;
    }
    const accepted = await answers;
    if (killAfter !== undefined) server = await startServer({ data });
    for (const [k, start] of starts.entries())
      if (!accepted[k] && !(await send(server.ingest, start)))
        throw new Error(`Events ${start}… were refused.`);
    acknowledged += starts.length * perRequest;
  }
  const stored = await readLedger(server, total);
  await server.dispose();
  return { stored, acknowledged, crashes };
}

async function readLedger(server: RunningServer, total: number): Promise<Map<string, number>> {
  const range = 'from=now-2y&to=now%2B1h';
  await eventually(
    () => server.api<{ total: number }>(`/api/events?limit=1&${range}`),
    (page) => page.total >= total,
    60,
  );
  const stored = new Map<string, number>();
  let after: string | undefined;
  do {
    const page: { items: { event: { original: string } }[]; next?: string } = await server.api(
      `/api/events?limit=1000&${range}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    for (const { event } of page.items) {
      const tag = /ledger-\d+/.exec(event.original)?.[0] ?? event.original;
      stored.set(tag, (stored.get(tag) ?? 0) + 1);
    }
    after = page.next;
  } while (after !== undefined);
  return stored;
}
