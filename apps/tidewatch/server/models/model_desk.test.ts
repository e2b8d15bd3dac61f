import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLiveHub, type ModelDesk } from '@tidewatch/api';
import { inputs } from '@tidewatch/inputs';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createFileSnapshots } from '@tidewatch/stream';
import { openFolderDocuments } from '@tidewatch/stream/documents';
import { createWal } from '@tidewatch/stream/wal';
import { createHealthBoard, createLogger, createMetrics } from '@tidewatch/telemetry';
import { isDerived } from '@tidewatch/window';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { indexedFrom } from '../../../../libs/store/fixtures.suite.ts';
import { bundled } from '../../../../test/bundle.ts';
import { scoreOfNth, sending, writeSenders } from '../../../scorer/onnx_model.fixture.ts';
import { recordOf } from '../../../scorer/scorer.suite.ts';
import { configSchema } from '../../config/schema.ts';
import { documentFolders } from '../documents.ts';
import type { ModelsAtWork, Runtime } from '../runtime.ts';
import { openModelDesk } from './model_desk.ts';
import { startScorerRole } from './scorer_role.ts';

const program = (path: string) => bundled(new URL(`../../../../${path}`, import.meta.url));
const programs = {
  scorer: program('apps/scorer/worker.ts'),
  onnx: program('libs/onnx/model_thread.ts'),
  admission: program('apps/scorer/admission_process.ts'),
};
const classes = parseDataClasses(`
classes:
  endpoint: { description: hosts, ttl: 90d, readers: [analyst] }
  scores: { description: scores, ttl: 30d, readers: [analyst] }
approvals: []
`);
const scope = { principal: 'tests', dataClasses: 'all' } as const;
const by = 'alice';
/** In the middle of an hour, since alerts are gathered by the hour. */
const start = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 1_800_000;
const events = 1_500;

let directory: string;
let desk: ModelDesk;
let runtime: Runtime;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-models-'));
  const wal = createWal({ directory: join(directory, 'log') });
  const store = await openDuckDbStore({ directory: join(directory, 'store'), classes });
  const models = { paths: [join(directory, 'models')], budget: { events_per_second: 1 } };
  const config = { ...configSchema(inputs).parse({ models }), data: join(directory, 'data') };
  const log = createLogger({ level: 'silent' });
  runtime = {
    config,
    options: { demo: false, root: join(directory, 'shipped') },
    log,
    metrics: createMetrics({ process: false }),
    health: createHealthBoard(),
    governance: { classes, approved: new Set() },
    adapters: {
      events: await wal.open('events'),
      snapshots: createFileSnapshots(join(directory, 'snapshots')),
      documents: await openFolderDocuments({
        directory: config.data,
        folders: Object.values(documentFolders),
      }),
      databases: { store },
      audit: async () => {},
    },
    parts: { inputs: [] },
    plugins: [],
    live: createLiveHub(),
    readers: [],
    onReady: [],
    onClose: (close: () => unknown) => closing.unshift(close),
  } as unknown as Runtime;
  closing.push(
    () => wal.close(),
    () => store.close(),
    () => rm(directory, { recursive: true }),
  );
  for (const version of ['1', '2', '3'])
    await writeSenders(join(directory, 'models/senders', version), events, 1, version);
  await startScorerRole(runtime, programs);
  for (const begin of runtime.onReady) begin();
  desk = openModelDesk(runtime, runtime.parts.models as ModelsAtWork, programs);
  const written = await store.events.write(
    Array.from({ length: events }, (_, i) =>
      indexedFrom(sending(`e${i}`, start + 100 * i), { position: { partition: 0, offset: i } }),
    ),
  );
  expect(new Set(written.map(({ status }) => status))).toEqual(new Set(['stored']));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const to = (version: string, stage: 'live' | 'shadow', force = false) =>
  desk.promote({ name: 'senders', version, to: stage, why: 'a test', force, events: 20_000, by, scope });
const rollback = () => desk.rollback({ name: 'senders', why: 'worse', by });
const stages = async () => (await desk.list())[0]?.versions.map(({ stage }) => stage);
const refused = (code: string, text = '') => ({ code, message: expect.stringContaining(text) });

it('holds versions to what they would have found in stored events, in order of time, and to its budget', async () => {
  const { result, gates } = await desk.backtest({
    name: 'senders',
    version: '1',
    range: { from: start - 1, to: Date.now() },
    events: 20_000,
    scope,
  });
  const odd = Array.from({ length: events }, (_, i) => scoreOfNth(i + 1, events)).filter((s) => s >= 0.9);
  // Half of them would be there if windows had been told the newest page first.
  expect(result).toMatchObject({
    ...{ total: events, events, scored: events },
    matches: odd.length,
    alerts: 1,
    faults: [],
    span: 100 * (events - 1),
    covered: 100 * (events - 1),
  });
  expect(gates.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(['backtest', 'alerts']);
  await expect(to('1', 'live')).rejects.toMatchObject(
    refused('MODEL_GATES', 'Too little data: 1 alert in 2 min'),
  );
  await expect(to('1', 'live')).rejects.toMatchObject(
    refused('MODEL_GATES', 'Too little was looked at: 1500 of 1500 stored events are for it, in 2 min.'),
  );
  expect(await stages()).toEqual(['candidate', 'candidate', 'candidate']);
  const { model } = await to('1', 'live', true);
  expect(model.history).toMatchObject([{ version: '1', to: 'live', by, forced: ['backtest', 'alerts'] }]);
  await expect(rollback()).rejects.toMatchObject(refused('MODEL_NO_VERSION_BEFORE'));
});

it('goes back while another version is tried, whose decision is refused then, and never to what may not run', async () => {
  await to('1', 'live', true);
  await to('2', 'live', true);
  const [tried, back] = await Promise.allSettled([to('3', 'live', true), rollback()]);
  expect(tried).toMatchObject({ status: 'rejected', reason: refused('MODEL_CHANGED') });
  expect(back).toMatchObject({ status: 'fulfilled', value: { live: '1' } });
  expect(await stages()).toEqual(['live', 'retired', 'candidate']);
  await appendFile(join(directory, 'models/senders/2/golden.ndjson'), '\n');
  await expect(rollback()).rejects.toMatchObject(refused('MODEL_GATES', 'golden.ndjson'));
  expect(await stages()).toEqual(['live', 'retired', 'candidate']);
});

it('writes one of two decisions that were made of the same stages', async () => {
  const both = await Promise.allSettled([to('1', 'shadow'), to('2', 'shadow')]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: refused('MODEL_CHANGED'),
  });
  expect((await desk.list())[0]?.history).toHaveLength(1);
});

it('rolls back in seconds while events come, each of which gets its score of one of both versions', async () => {
  await to('1', 'live', true);
  await to('2', 'live', true);
  const { events: stream } = runtime.adapters;
  const sent: string[] = [];
  const send = async (count: number) => {
    const ids = Array.from({ length: count }, (_, i) => `live${sent.length + i}`);
    sent.push(...ids);
    await stream.append(ids.map((id, i) => recordOf(sending(id, Date.now() + i))));
  };
  let over = false;
  const began = performance.now();
  const back = rollback().then((row) => {
    over = true;
    return [row.live, performance.now() - began] as const;
  });
  while (!over) await send(50);
  const [live, took] = await back;
  expect(live).toBe('1');
  expect(took).toBeLessThan(5_000);
  const before = sent.length;
  await send(50);
  for (const reader of runtime.readers) await reader.drain();
  const records = await stream.read({ partition: 0, offset: 0 }, 100_000);
  const scored = records.filter(isDerived).map(({ value }) => {
    const { score } = JSON.parse(Buffer.from(value).toString()).tidewatch;
    return [score.of, score.version] as const;
  });
  expect(scored.map(([of]) => of).sort()).toEqual(sent.toSorted());
  expect(new Set(scored.filter(([of]) => sent.indexOf(of) >= before).map(([, version]) => version))).toEqual(
    new Set(['1']),
  );
  const measured = await runtime.metrics.series('model_change_duration_seconds');
  const sum = measured.find(({ part }) => part === 'sum');
  const count = measured.find(({ part }) => part === 'count');
  // Version 1 was live before an event came; 2 may have scored some before it was taken back.
  expect([1, 2]).toContain(count?.value);
  expect(sum?.labels).toEqual({ to: 'live' });
  expect(sum?.value).toBeGreaterThan(0);
  expect(sum?.value).toBeLessThan(10);
});
