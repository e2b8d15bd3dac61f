import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from './server.ts';

let server: RunningServer | undefined;
afterAll(() => server?.dispose());

const total = 10_000;
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

describe('kill -9 under load', () => {
  it(`keeps every acknowledged one of ${total} events once`, async () => {
    server = await startServer();
    const { data } = server;
    const acknowledged = new Set<number>();
    const killAt = total / 2;
    let killed: Promise<unknown> | undefined;
    for (let from = 0; from < total; from += 4 * perRequest) {
      const current = server;
      const starts = [0, 1, 2, 3].map((k) => from + k * perRequest).filter((start) => start < total);
      const answers = Promise.all(
        starts.map(async (start) => [start, await send(current.ingest, start)] as const),
      );
      if (from >= killAt && killed === undefined) {
        // In the middle of four requests.
        await setTimeout(3);
        killed = server.kill('SIGKILL');
      }
      const results = await answers;
      for (const [start, accepted] of results)
        if (accepted) for (let i = start; i < start + perRequest; i++) acknowledged.add(i);
      if (killed !== undefined && results.some(([, accepted]) => !accepted)) {
        await killed;
        server = await startServer({ data });
        // A sender that heard nothing sends again, with the same ids.
        for (const [start, accepted] of results)
          if (!accepted && (await send(server.ingest, start)))
            for (let i = start; i < start + perRequest; i++) acknowledged.add(i);
      }
    }
    expect(killed).toBeDefined();
    expect(acknowledged.size).toBe(total);

    const running = server;
    const range = 'from=now-2y&to=now%2B1h';
    await eventually(
      () => running.api<{ total: number }>(`/api/events?limit=1&${range}`),
      (page) => page.total >= total,
      30,
    );
    const seen = new Map<string, number>();
    let after: string | undefined;
    do {
      const page: { items: { event: { original: string } }[]; next?: string } = await running.api(
        `/api/events?limit=1000&${range}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
      );
      for (const { event } of page.items) {
        const tag = /ledger-\d+/.exec(event.original)?.[0] ?? event.original;
        seen.set(tag, (seen.get(tag) ?? 0) + 1);
      }
      after = page.next;
    } while (after !== undefined);
    expect([...seen.values()].filter((count) => count !== 1)).toEqual([]);
    expect(seen.size).toBe(total);
  });
});
