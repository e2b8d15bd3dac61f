import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from './server.ts';

const needle = '3d1f0a52-6a58-4a0e-9a4c-0a8b7c1d2e01';
const rules = `title: Needle
id: ${needle}
logsource: { product: any }
detection:
  selection:
    event.action: needle
  condition: selection
tidewatch: { suppress: 1s }
---
title: Refused
id: 3d1f0a52-6a58-4a0e-9a4c-0a8b7c1d2e02
name: refused
logsource: { product: any }
detection:
  selection:
    event.action: refused
  condition: selection
---
title: Refused again and again
id: 3d1f0a52-6a58-4a0e-9a4c-0a8b7c1d2e03
correlation:
  type: event_count
  rules: [refused]
  group-by: [source.ip]
  timespan: 5m
  condition: { gte: 3 }
`;

interface Exception {
  readonly id: string;
  readonly state: string;
  readonly author: string;
}
interface Made {
  readonly exception: Exception;
  readonly redirected: readonly { readonly rules: readonly { readonly title: string }[] }[];
}
interface AlertPage {
  readonly items: readonly { readonly count: number; readonly key: readonly { readonly value: string }[] }[];
}

let server: RunningServer;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-excepted-'));
  await writeFile(join(directory, 'rules.yml'), rules);
  server = await startServer({
    config: JSON.stringify({ rules: { paths: [join(directory, 'rules.yml')] } }),
  });
});
afterAll(async () => {
  await server?.dispose();
  await rm(directory, { recursive: true });
});

async function send(action: string, host: string, ip = '192.0.2.1'): Promise<void> {
  const event = {
    '@timestamp': new Date().toISOString(),
    event: { action },
    host: { name: host },
    source: { ip },
  };
  const answer = await fetch(`${server.ingest}/_bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `{"create":{"_index":"doors"}}\n${JSON.stringify(event)}\n`,
  });
  expect(answer.status).toBe(200);
}

/** How many matches alerts on somebody hold. */
async function matchesOf(value: string): Promise<number> {
  const { items } = await server.api<AlertPage>('/api/alerts?from=now-1d&to=now%2B1h&limit=500');
  return items
    .filter(({ key }) => key.some((each) => each.value === value))
    .reduce((sum, { count }) => sum + count, 0);
}

/** Sends an event of the host, and one of another host behind it that is known to alert; says whether the first did. */
async function alerts(host: string): Promise<boolean> {
  const [before, others] = [await matchesOf(host), await matchesOf('other')];
  await send('needle', host);
  await send('needle', 'other');
  await eventually(
    () => matchesOf('other'),
    (count) => count > others,
    5,
  );
  return (await matchesOf(host)) > before;
}

const except = (host: string, more: object = {}) =>
  server.api<Made>('/api/exceptions', {
    method: 'POST',
    body: {
      rules: [needle],
      conditions: [{ field: 'host.name', values: [host] }],
      reason: 'a test machine',
      ...more,
    },
  });
const list = async () => (await server.api<{ exceptions: Exception[] }>('/api/exceptions')).exceptions;

it('silences what it names within 5 s, and nothing else, until it is removed', async () => {
  expect(await alerts('db-1')).toBe(true);
  const { exception } = await except('db-1');
  const began = Date.now();
  await eventually(
    () => alerts('db-1'),
    (alerted) => !alerted,
    5,
  );
  expect(Date.now() - began).toBeLessThan(5_000);
  expect(await alerts('db-2')).toBe(true);
  expect(await list()).toMatchObject([{ id: exception.id, state: 'in_force', author: 'admin' }]);
  await server.api(`/api/exceptions/${exception.id}`, { method: 'DELETE' });
  await eventually(
    () => alerts('db-1'),
    (alerted) => alerted,
    5,
  );
  expect(await list()).toEqual([]);
  expect(await readdir(join(server.data, 'exceptions'))).toEqual([]);
});

it('ends with its time, though nothing changes', async () => {
  await except('db-3', { expires: new Date(Date.now() + 5_000).toISOString() });
  expect(await list()).toMatchObject([{ state: 'in_force' }]);
  await eventually(
    () => alerts('db-3'),
    (alerted) => !alerted,
    5,
  );
  await eventually(
    () => alerts('db-3'),
    (alerted) => alerted,
    10,
  );
  expect(await list()).toMatchObject([{ state: 'expired' }]);
});

it('from a correlation goes to the rule that it counts', async () => {
  const refused = '3d1f0a52-6a58-4a0e-9a4c-0a8b7c1d2e03';
  const conditions = [{ field: 'source.ip', values: ['192.0.2.7'] }];
  const { redirected } = await except('', { rules: [refused], conditions });
  expect(redirected).toMatchObject([{ rules: [{ title: 'Refused' }] }]);
  await setTimeout(1_000);
  for (const ip of ['192.0.2.7', '192.0.2.8']) for (let i = 0; i < 3; i++) await send('refused', 'gate', ip);
  await eventually(
    () => matchesOf('192.0.2.8'),
    (count) => count > 0,
  );
  expect(await matchesOf('192.0.2.7')).toBe(0);
});

it('from what is no rule is refused', async () => {
  await expect(except('db-1', { rules: ['none'] })).rejects.toThrow('There is no rule none in force.');
});
