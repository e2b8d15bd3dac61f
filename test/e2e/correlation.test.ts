import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { random } from '../seed.ts';
import { caughtUp, eventually, type RunningServer, startServer } from './server.ts';

const rules = `title: Refused
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7c01
name: refused
logsource: { product: any }
detection:
  selection:
    event.action: refused
  condition: selection
---
title: Refused again and again
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7c02
level: high
correlation:
  type: event_count
  rules: [refused]
  group-by: [source.ip]
  timespan: 5m
  condition: { gte: 10 }
`;
const groups = 40;
const perGroup = 12;
const perRequest = 16;
const kills = 4;

interface AlertPage {
  readonly items: readonly {
    readonly id: string;
    readonly count: number;
    readonly key: readonly { value: string }[];
  }[];
}
interface Detail {
  readonly matches: readonly { readonly explanation: { readonly engine: string; readonly events: number } }[];
}

let server: RunningServer;
let directory: string;
afterAll(async () => {
  await server.dispose();
  await rm(directory, { recursive: true });
});

/** Groups that reach the count, and one event of each of as many that do not, in an order that has nothing to do with time. */
function requests(start: number): string[] {
  const next = random(10);
  const events = Array.from({ length: groups * perGroup }, (_, i) => {
    const group = i % groups;
    const time = new Date(start + Math.floor(i / groups) * 1_000).toISOString();
    return { id: `e${i}`, time, ip: `10.0.0.${group}` };
  });
  events.push(
    ...Array.from({ length: groups }, (_, i) => ({
      id: `q${i}`,
      time: new Date(start).toISOString(),
      ip: `10.1.0.${i}`,
    })),
  );
  const shuffled = events
    .map((event) => ({ event, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(
      ({ event: { id, time, ip } }) =>
        `{"create":{"_index":"doors","_id":"${id}"}}\n${JSON.stringify({ '@timestamp': time, event: { action: 'refused' }, source: { ip } })}\n`,
    );
  return Array.from({ length: Math.ceil(shuffled.length / perRequest) }, (_, i) =>
    shuffled.slice(i * perRequest, (i + 1) * perRequest).join(''),
  );
}

/** Sends until it is acknowledged, as a shipper does. */
async function send(body: string): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' };
  for (;;) {
    try {
      const answer = await fetch(`${server.ingest}/_bulk`, { method: 'POST', headers, body });
      if (answer.ok) return;
    } catch {
      // The server is down: the next try meets the one that comes after it.
    }
    await setTimeout(50);
  }
}

it('kill -9 in the middle of windows, with events out of order: each is found once', async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-correlated-'));
  await mkdir(join(directory, 'rules'));
  await writeFile(join(directory, 'rules/refused.yml'), rules);
  const config = JSON.stringify({ rules: { paths: [join(directory, 'rules')] } });
  server = await startServer({ config });
  const bodies = requests(Date.now() - 60_000);
  const next = random(11);
  const dies = new Set(Array.from({ length: kills }, () => Math.floor(next() * bodies.length)));
  for (const [i, body] of bodies.entries()) {
    await send(body);
    if (!dies.has(i)) continue;
    await setTimeout(next() * 300);
    const { data } = server;
    await server.kill('SIGKILL');
    server = await startServer({ data, config });
  }
  const found = await eventually(
    () => server.api<AlertPage>('/api/alerts?from=now-1d&to=now&limit=500'),
    ({ items }) => items.length >= groups,
  );
  // One too many would be there by then.
  await caughtUp(server);
  const { items } = await server.api<AlertPage>('/api/alerts?from=now-1d&to=now&limit=500');
  const ips = items.map(({ key }) => key[0]?.value).sort();
  expect(ips).toEqual(Array.from({ length: groups }, (_, i) => `10.0.0.${i}`).sort());
  expect(found.items.map(({ count }) => count)).toEqual(found.items.map(() => 1));
  for (const { id } of items) {
    const { matches } = await server.api<Detail>(`/api/alerts/${id}`);
    expect(matches.map(({ explanation: { engine, events } }) => [engine, events])).toEqual([
      ['correlation', perGroup],
    ]);
  }
}, 120_000);
