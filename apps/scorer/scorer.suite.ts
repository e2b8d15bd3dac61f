import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, EcsEvent } from '@tidewatch/event';
import { parseDataClasses, type Scope } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createFileSnapshots, type NewRecord } from '@tidewatch/stream';
import { createWal } from '@tidewatch/stream/wal';
import { createLogger, createMetrics } from '@tidewatch/telemetry';
import { isDerived } from '@tidewatch/window';
import { bundled } from '../../test/bundle.ts';
import { findModels } from './folders.ts';
import type { ModelAtWork } from './protocol.ts';
import { type ScorerDeps, startScorer } from './scorer.ts';

export const moment = Date.parse('2026-11-21T09:08:05.250Z');
export const programs = {
  scorer: bundled(new URL('./worker.ts', import.meta.url)),
  onnx: bundled(new URL('../../libs/onnx/model_thread.ts', import.meta.url)),
};
const everyone: Scope = { principal: 'tests', dataClasses: 'all' };
const classes = parseDataClasses(`
classes:
  endpoint: { description: hosts, ttl: 90d, readers: [analyst] }
  scores: { description: scores, ttl: 30d, readers: [analyst] }
approvals: []
`);

/** A command line that a rule would find, had it not been cut up by quotes. */
export const edited = 'reg sa""ve hk""lm\\s""am C:\\Users\\Public\\tide.tmp';

export const started = (id: string, line: string): EcsEvent => ({
  '@timestamp': new Date(moment).toISOString(),
  host: { name: 'pc7' },
  user: { name: 'alice' },
  process: { command_line: line, executable: 'C:\\Windows\\System32\\reg.exe' },
  event: {
    id,
    dataset: 'windows.sysmon',
    ingested: new Date(moment).toISOString(),
    category: ['process'],
  },
  tidewatch: { source: 'pc7', data_class: 'endpoint' },
});

export const recordOf = (event: EcsEvent): NewRecord => ({
  key: 'pc7',
  value: Buffer.from(JSON.stringify(event)),
});

/** The shipped model of edited command lines. */
export async function shippedModel(stage: ModelAtWork['stage'] = 'live'): Promise<ModelAtWork> {
  const shipped = join(import.meta.dirname, '../../models');
  const found = (await findModels([shipped], shipped)).find(({ name }) => name === 'evasion');
  if (found === undefined) throw new Error('no model of edited command lines ships');
  return { ...found, stage };
}

/** A real log and a real alert store in a folder of their own. */
export async function openSite() {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-scorer-'));
  const wal = createWal({ directory: join(directory, 'log') });
  const events = await wal.open('events');
  const store = await openDuckDbStore({ directory: join(directory, 'store'), classes });
  const metrics = createMetrics({ process: false });
  const model = await shippedModel();
  return {
    events,
    store,
    metrics,
    model,
    marks: directory,
    async scores(): Promise<readonly EcsEvent[]> {
      const records = await events.read({ partition: 0, offset: 0 }, 10_000);
      return records.filter(isDerived).map(({ value }) => JSON.parse(Buffer.from(value).toString()));
    },
    async alerts(): Promise<readonly Alert[]> {
      const range = { from: 0, to: Number.MAX_SAFE_INTEGER };
      const { items } = await store.alerts.search({ range, sort: 'oldest', limit: 100 }, everyone);
      const whole = await Promise.all(items.map(({ id }) => store.alerts.get(id, everyone)));
      return whole.filter((alert) => alert !== undefined);
    },
    startScorer: ({
      models = [model],
      ...more
    }: Partial<ScorerDeps> & { readonly models?: readonly ModelAtWork[] } = {}) =>
      startScorer({
        events,
        snapshots: createFileSnapshots(join(directory, 'snapshots')),
        alerts: store.alerts,
        wanted: async () => models,
        programs,
        classes: () => ({
          endpoint: { ttlMs: 90, synthetic: false },
          scores: { ttlMs: 30, synthetic: false },
        }),
        metrics,
        log: createLogger({ level: 'silent' }),
        ...more,
      }),
    async dispose() {
      await wal.close();
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
