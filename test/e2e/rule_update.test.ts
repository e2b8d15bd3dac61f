import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../require.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const rule = (word: string, more = ''): string => `title: Door ${word}
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7e01
level: high
author: The doorman
license: MIT
logsource: { product: any }
detection: { selection: { event.action: ${word} }, condition: selection }
${more}`;
const often = `title: Doors
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7e02
level: low
correlation: { type: event_count, rules: [5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7e01], group-by: [source.ip], timespan: 5m, condition: { gte: 3 }, generate: true }
`;
const filter = `title: The porter's lodge
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7e03
logsource: { product: any }
filter: { rules: any, lodge: { source.ip: 10.0.0.2 }, condition: not lodge }
`;

/** Three times at one door, twice at each of two others. */
const doors = ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.2', '10.0.0.3', '10.0.0.3'];

let server: RunningServer;
let directory: string;
const at = (name: string): string => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-update-'));
  await Promise.all(['old', 'new'].map((name) => mkdir(at(name))));
  await writeFile(at('old/door.yml'), rule('opened'));
  await writeFile(at('old/often.yml'), often);
  await writeFile(at('new/door.yml'), rule('opened', 'tags: [attack.t1078]\n'));
  await writeFile(at('new/often.yml'), often.replace('gte: 3', 'gte: 2'));
  await writeFile(at('new/lodge.yml'), filter);
  server = await startServer({
    config: JSON.stringify({
      rules: { paths: [at('old')] },
      outputs: [{ name: 'soar', select: { levels: 'high+' } }],
    }),
  });
  // Within one hour, which is over.
  const start = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;
  const body = doors
    .map((ip, i) => ({
      '@timestamp': new Date(start + i * 1_000).toISOString(),
      event: { action: 'opened' },
      source: { ip },
    }))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
  await fetch(`${server.ingest}/ingest/doors`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  });
  await eventually(
    () => server.api<{ items: unknown[] }>('/api/events?from=now-1d&to=now'),
    ({ items }) => items.length === doors.length,
  );
});
afterAll(async () => {
  await server.dispose();
  await rm(directory, { recursive: true });
});

/** A command of the product, beside the server. */
const tidewatch = (...args: string[]) =>
  new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    const program = ['apps/tidewatch/bin/tidewatch.mjs', ...args];
    execFile(process.execPath, program, { cwd: root }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

it('says what an update of the rules would have meant for the alerts', async () => {
  const diff = ['sigma', 'diff', at('old'), at('new'), '--since', '1d', '--data', server.data];
  const { status, stdout } = await tidewatch(...diff);
  const lines = stdout.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      `added: The porter's lodge (filter, medium, no status) 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7e03 ${at('new/lodge.yml')}`,
      '  filters 1 rules: Door opened',
      '  tags: + attack.t1078',
      '  alerts 3 → 2, matches 7 → 5',
      '  correlation.condition: {"gte":3} → {"gte":2}',
      '  alerts 1 → 2, matches 1 → 2',
      expect.stringMatching(/^ {2}- .* source.ip=10.0.0.2 /),
      expect.stringMatching(/^7 events, .*: \+1 alerts, −1 \(4 → 4\); 0 of these/),
    ]),
  );
  expect(status).toBe(1);
  const { effect } = JSON.parse((await tidewatch(...diff, '--json')).stdout);
  expect(effect).toMatchObject({ events: 7, gained: 1, lost: 1, before: 4, after: 4 });
});

it('has each match of a chosen rule in the stream of its output', async () => {
  const inspect = () =>
    tidewatch(
      'stream',
      'inspect',
      join(server.data, 'streams/outputs.soar'),
      '--records',
      '20',
      '--values',
      '--json',
    );
  const { stdout } = await eventually(inspect, ({ stdout }) => stdout.split('The doorman').length > 7);
  interface Report {
    readonly streams: readonly {
      readonly records: readonly { readonly headers: { readonly id: string }; readonly value: string }[];
    }[];
  }
  const { streams } = JSON.parse(stdout) as Report;
  const records = streams.flatMap(({ records }) => records);
  const documents = records.map(({ value }) => JSON.parse(value));
  expect(new Set(records.map(({ headers }) => headers.id)).size).toBe(7);
  expect(documents.map(({ source }) => source.ip).sort()).toEqual(doors);
  expect(documents.map(({ rule }) => rule)).toEqual(
    documents.map(() => ({
      id: '5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7e01',
      name: 'Door opened',
      author: ['The doorman'],
      license: 'MIT',
    })),
  );
  const { items } = await server.api<{ items: { id: string; detector: { level: string } }[] }>(
    '/api/alerts?from=now-1d&to=now',
  );
  const alerts = items.filter(({ detector }) => detector.level === 'high').map(({ id }) => id);
  expect(new Set(documents.map(({ tidewatch }) => tidewatch.match.alert))).toEqual(new Set(alerts));
  const { store } = await server.api<{ store: { kept: { keeper: string; ttl: string }[] } }>('/api/health');
  expect(store.kept.filter(({ keeper }) => keeper.startsWith('streams/outputs'))).toMatchObject([
    {
      keeper: 'streams/outputs.soar',
      ttl: store.kept.find(({ keeper }) => keeper === 'streams/events')?.ttl,
    },
  ]);
});
