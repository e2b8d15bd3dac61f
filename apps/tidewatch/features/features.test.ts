import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EcsEvent, encodeEvent } from '@tidewatch/event';
import { compileFeatures } from '@tidewatch/features';
import { readTrainingManifest } from '@tidewatch/models';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { logonEvent, logonMatch } from '../../api/memory.fixture.ts';
import { adminToken, start, startApi } from '../../api/server.fixture.ts';
import { runCommand } from '../commands/command.fixture.ts';
import { featuresCommand } from '../commands/features.ts';
import { writeRunFile } from '../server/run_file.ts';

const manifest = `
name: odd-logons
events: 'event.dataset: linux.auth'
features:
  - { name: hour, field: '@timestamp', encode: cyclic, period: day }
  - { name: host, field: host.name, encode: hash, buckets: 4 }
  - { name: logons, aggregate: count, by: [host.name], over: 1h, where: 'not host.name: web-1' }
  - { name: rarity, aggregate: rarity, of: host.name, by: [event.dataset], over: 1h, encode: log }
`;
let folder = '';
const at = (name: string) => join(folder, name);
const run = (...args: string[]) => runCommand(featuresCommand, 'export', '--model', at('model'), ...args);
const rowsIn = async (name: string) =>
  (await readFile(at(name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Every seventh is one of another dataset, and they are not in order of time. */
const events = Array.from({ length: 1_500 }, (_, i): EcsEvent => {
  const event = logonEvent(start - (((i * 7_919) % 1_500) + 1) * 4_000, i % 5 === 0 ? 'web-1' : 'db-1');
  return { ...event, event: { ...event.event, id: `e${i}`, dataset: i % 7 === 0 ? 'other' : 'linux.auth' } };
});

/** What the scorer makes of the events, when it is stopped and begun again on the way. */
async function streamed(): Promise<Map<string, number[]>> {
  const { features } = await readTrainingManifest(at('model'));
  let encoder = compileFeatures(features);
  const rows = new Map<string, number[]>();
  const inOrder = events
    .filter(({ event }) => event.dataset === 'linux.auth')
    .sort((a, b) => Date.parse(a['@timestamp']) - Date.parse(b['@timestamp']));
  for (const [i, event] of inOrder.entries()) {
    if (i % 500 === 250) {
      const saved = encoder.save();
      encoder = compileFeatures(features);
      encoder.restore(saved);
    }
    const row = new Float32Array(encoder.width);
    encoder.encode(event, Date.parse(event['@timestamp']), row, 0);
    rows.set(event.event.id, [...row]);
  }
  return rows;
}

const valuesOf = ({
  'event.id': _id,
  '@timestamp': _time,
  label: _label,
  ...features
}: Record<string, unknown>) => Object.values(features);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-features-'));
  await mkdir(at('model'));
  await writeFile(at('model/manifest.yml'), manifest);
  await writeFile(at('events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
});
afterAll(() => rm(folder, { recursive: true }));

it('writes the rows of the stream from a file in any order, in each format', async () => {
  const wanted = await streamed();
  for (const ending of ['ndjson', 'csv', 'parquet']) {
    const said = await run('--input', at('events.ndjson'), '--output', at(`rows.${ending}`), '--json');
    expect([said.status, JSON.parse(said.stdout)]).toMatchObject([0, { rows: wanted.size, columns: 8 }]);
  }
  const rows = await rowsIn('rows.ndjson');
  expect(Object.fromEntries(rows.map((row) => [row['event.id'], valuesOf(row)]))).toEqual(
    Object.fromEntries(wanted),
  );
  const [head, first, ...rest] = (await readFile(at('rows.csv'), 'utf8')).trimEnd().split('\r\n');
  expect(head).toBe(Object.keys(rows[0]).join(','));
  expect(first).toBe([...Object.values(rows[0]).slice(0, -1), ''].join(','));
  expect(rest.length).toBe(wanted.size - 1);
  expect((await readFile(at('rows.parquet'))).subarray(0, 4).toString()).toBe('PAR1');
  expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
});

it('writes the same rows of a server’s events, with verdicts as labels, and the purpose is noted', async () => {
  const classes = parseDataClasses(
    'classes: { unapproved: { description: All, ttl: 7d, readers: [analyst] } }\napprovals: []',
  );
  const store = await openDuckDbStore({ directory: at('store'), classes, clock: () => start });
  await store.events.write(
    events.map((event, offset) => {
      const { head, json } = encodeEvent(event);
      return { position: { partition: 0, offset }, head, senderChosenId: false, bytes: Buffer.from(json) };
    }),
  );
  const close = async (offset: number, reason: 'true_positive' | 'false_positive' | 'other') => {
    const host = `host-${offset}`;
    const [done] = await store.alerts.apply([
      { ...logonMatch(start - 1_000, host, offset), event: events[offset] as EcsEvent },
    ]);
    await store.alerts.change(
      [{ id: done?.alert.id ?? '' }],
      { action: 'close', reason },
      { principal: 'ann', dataClasses: 'all' },
    );
  };
  await close(2, 'true_positive');
  await close(5, 'false_positive');
  await close(8, 'other');
  const server = await startApi({ events: store.events, alerts: store.alerts, dataClasses: classes });
  const url = await server.api.listen({ port: 0, host: '127.0.0.1' });
  // Of a server in another process: what this one wrote would not count.
  await writeRunFile(at('data'), { pid: process.ppid, url, adminToken });
  try {
    const asked = ['--data', at('data'), '--since', new Date(start - 3_600_000).toISOString()];
    const said = await run(
      ...asked,
      '--output',
      at('served.ndjson'),
      '--purpose',
      'train odd-logons',
      '--json',
    );
    expect(said.stderr).toBe('');
    expect(JSON.parse(said.stdout)).toMatchObject({ labels: { attack: 1, none: 1 } });
    const rows = await rowsIn('served.ndjson');
    const wanted = await streamed();
    expect(rows.map((row) => [row['event.id'], valuesOf(row)])).toEqual(
      rows.map((row) => [row['event.id'], wanted.get(row['event.id'])]),
    );
    expect(rows.length, 'some of them are older').toBeGreaterThan(700);
    expect(rows.length).toBeLessThan(800);
    const labels = Object.fromEntries(rows.map((row) => [row['event.id'], row.label]));
    expect([labels.e2, labels.e5, labels.e8]).toEqual([1, 0, null]);
    const [done, begun] = await server.audit();
    expect([begun?.action, begun?.who, begun?.detail]).toMatchObject([
      'features.export',
      'local-admin',
      { purpose: 'train odd-logons', fields: expect.arrayContaining(['host.name']) },
    ]);
    expect(done).toMatchObject({ action: 'features.exported', detail: { rows: expect.any(Number) } });
    const refused = await run(...asked, '--output', at('no.ndjson'), '--purpose', 'x');
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('400')]);
    const cut = run(...asked, '--output', at('no.ndjson'), '--purpose', 'to see it break');
    await store.close();
    expect([(await cut).status, (await readdir(folder)).includes('no.ndjson')]).toEqual([2, false]);
  } finally {
    await server.stop();
    await store.close();
  }
});

it.each([
  ['no purpose', () => run('--output', at('no.csv')), '--purpose'],
  ['no known ending', () => run('--input', at('events.ndjson'), '--output', at('no.txt')), 'must end in'],
  ['no such file', () => run('--input', at('none'), '--output', at('no.csv')), 'no such file'],
  [
    'a line that is no JSON',
    async () => {
      await writeFile(at('bad.ndjson'), '{"@timestamp":"2026-03-02T06:00:00Z"}\n{oops\n');
      return run('--input', at('bad.ndjson'), '--output', at('no.csv'));
    },
    'bad.ndjson:2',
  ],
  [
    'an event without a time',
    async () => {
      await writeFile(at('bad.ndjson'), '{"message":"a"}\n');
      return run('--input', at('bad.ndjson'), '--output', at('no.csv'));
    },
    '@timestamp',
  ],
  [
    'nowhere to write',
    () => run('--input', at('events.ndjson'), '--output', at('none/no.parquet')),
    'cannot be written',
  ],
  [
    'no server',
    () => run('--data', at('nowhere'), '--output', at('no.csv'), '--purpose', 'for the test'),
    'No Tidewatch runs',
  ],
  [
    'a model without features',
    async () => {
      await mkdir(at('empty'), { recursive: true });
      await writeFile(at('empty/manifest.yml'), 'events: "*"\n');
      return runCommand(
        featuresCommand,
        'export',
        '--model',
        at('empty'),
        '--input',
        at('events.ndjson'),
        '--output',
        at('no.csv'),
      );
    },
    'features: is missing',
  ],
])('says what is wrong with %s, and leaves nothing behind', async (_, tried, reason) => {
  const { status, stderr } = await tried();
  expect([status, stderr]).toEqual([2, expect.stringContaining(reason)]);
  expect((await readdir(folder)).filter((name) => name.startsWith('no.'))).toEqual([]);
});
