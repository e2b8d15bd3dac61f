import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { random } from '../seed.ts';
import { caughtUp, eventually, type RunningServer, startServer } from './server.ts';

const rules = `title: Sent
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7d01
name: sent
logsource: { product: any }
detection: { selection: { event.action: sent }, condition: selection }
---
title: Sent far more than before
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7d02
level: high
correlation:
  type: value_sum
  rules: [sent]
  group-by: [source.ip]
  timespan: 10s
  condition: { gte: 500, field: source.bytes }
tidewatch:
  compare: { with: mean of the last 4, ratio: { gte: 5 } }
---
title: Seen
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7d03
name: seen
logsource: { product: any }
detection: { selection: { event.action: seen }, condition: selection }
---
title: Seen far apart
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7d04
level: high
correlation:
  type: value_count
  rules: [seen]
  group-by: [user.name]
  timespan: 1d
  condition: { gte: 2, field: source.geo.location }
tidewatch:
  travel: {}
`;

interface Alert {
  readonly id: string;
  readonly count: number;
  readonly key: readonly { readonly value: string }[];
}
interface Detail {
  readonly matches: readonly [
    {
      readonly explanation: {
        readonly value: number;
        readonly comparison?: { readonly baseline: number; readonly seen: number };
        readonly journey?: { readonly km: number };
      };
    },
  ];
}

let server: RunningServer;
let directory: string;
afterAll(async () => {
  await server.dispose();
  await rm(directory, { recursive: true });
});

/** Four windows of 100 bytes, then one of 1,000 for the even addresses; and people, half of whom are in two places. */
function events(start: number): object[] {
  const at = (seconds: number): string => new Date(start + seconds * 1_000).toISOString();
  return Array.from({ length: 6 }, (_, n) => [
    ...Array.from({ length: 50 }, (__, i) => ({
      '@timestamp': at(i),
      event: { action: 'sent' },
      source: { ip: `10.0.0.${n}`, bytes: i >= 40 && n % 2 === 0 ? 100 : 10 },
    })),
    ...[{ lat: 59.91, lon: 10.75 }, n % 2 === 0 ? [23.73, 37.98] : '59.74,10.20'].map((location, i) => ({
      '@timestamp': at(20 * i),
      event: { action: 'seen' },
      user: { name: `user${n}` },
      source: { geo: { location } },
    })),
  ]).flat();
}

async function send(body: string): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' };
  for (;;) {
    const answer = await fetch(`${server.ingest}/_bulk`, { method: 'POST', headers, body }).catch(
      () => undefined,
    );
    if (answer?.ok) return;
    await setTimeout(50);
  }
}

it('windows are compared, and places, whatever the order and the crashes', async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-compared-'));
  await mkdir(join(directory, 'rules'));
  await writeFile(join(directory, 'rules/rules.yml'), rules);
  const config = JSON.stringify({ rules: { paths: [join(directory, 'rules')] } });
  server = await startServer({ config });
  const next = random(12);
  const start = Math.floor(Date.now() / 10_000) * 10_000 - 60_000;
  const lines = events(start)
    .map((event, i) => ({
      at: next(),
      line: `{"create":{"_index":"gate","_id":"e${i}"}}\n${JSON.stringify(event)}\n`,
    }))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
  for (let i = 0; i < lines.length; i += 24) {
    await send(lines.slice(i, i + 24).join(''));
    if (i !== 96 && i !== 240) continue;
    const { data } = server;
    await server.kill('SIGKILL');
    server = await startServer({ data, config });
  }
  const list = async () =>
    (await server.api<{ items: Alert[] }>('/api/alerts?from=now-1d&to=now&limit=500')).items;
  await eventually(list, (items) => items.length >= 6);
  // One too many would be there by then.
  await caughtUp(server);
  const found = await list();
  const keys = found.map(({ key }) => key[0]?.value).sort();
  expect(keys).toEqual(['10.0.0.0', '10.0.0.2', '10.0.0.4', 'user0', 'user2', 'user4']);
  for (const { id, key, count } of found) {
    const { matches } = await server.api<Detail>(`/api/alerts/${id}`);
    const [{ explanation }] = matches;
    const { value, comparison, journey } = explanation;
    expect(count).toBe(1);
    if (key[0]?.value.startsWith('10.'))
      expect([value, comparison]).toEqual([
        1_000,
        { with: 'mean of the last 4', baseline: 100, seen: 4, window: start + 40_000 },
      ]);
    else expect(Math.round(journey?.km ?? 0)).toBe(2_605);
  }
}, 120_000);
