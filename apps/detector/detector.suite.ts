import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Alert, EcsEvent, JsonObject } from '@tidewatch/event';
import { parseDataClasses, type Scope } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createFileSnapshots, type NewRecord } from '@tidewatch/stream';
import { createWal } from '@tidewatch/stream/wal';
import { createLogger, createMetrics } from '@tidewatch/telemetry';
import { bundled } from '../../test/bundle.ts';
import { type Detector, type DetectorDeps, startDetector } from './detector.ts';

export const log = createLogger({ level: 'silent' });
export const program = bundled(new URL('./worker.ts', import.meta.url));
/** When the tests' events happened and were taken, unless they say otherwise. */
export const moment = Date.parse('2026-11-21T09:08:05.250Z');
export const hourMs = 3_600_000;

const everyone: Scope = { principal: 'tests', dataClasses: 'all' };
const classes = parseDataClasses(`
classes:
  infrastructure: { description: servers, ttl: 30d, readers: [analyst] }
approvals: []
`);

export const whoamiRule = `title: Somebody asks who they are
id: 3b0f2a54-8d5e-4a53-9a3c-0a8a6a1f5c01
status: test
author: Tidewatch
logsource:
  product: linux
detection:
  selection:
    process.command_line|contains: whoami
  condition: selection
level: high
`;

export const at = (time: number): string => new Date(time).toISOString();

export function eventOf(id: string, fields: JsonObject = {}, ingested = moment): EcsEvent {
  return {
    '@timestamp': at(ingested),
    host: { name: 'web01', os: { type: 'linux' } },
    ...fields,
    event: { id, dataset: 'linux.process', ingested: at(ingested) },
    tidewatch: { source: 'web', data_class: 'infrastructure' },
  };
}

export const whoami = (id: string, fields: JsonObject = {}, ingested = moment): EcsEvent =>
  eventOf(id, { process: { command_line: `sh -c 'whoami; echo ${id}'` }, ...fields }, ingested);

export const recordOf = (event: EcsEvent, source = 'web'): NewRecord => ({
  key: source,
  value: Buffer.from(JSON.stringify(event)),
});

/** A real log and a real alert store in a folder of their own. */
export async function openSite() {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-detector-'));
  const rules = join(directory, 'rules');
  const marks = join(directory, 'marks');
  await Promise.all([mkdir(rules), mkdir(marks)]);
  const wal = createWal({ directory: join(directory, 'log') });
  const events = await wal.open('events');
  const matches = await wal.open('matches');
  const store = await openDuckDbStore({ directory: join(directory, 'store'), classes });
  const metrics = createMetrics({ process: false });
  const snapshots = createFileSnapshots(join(directory, 'snapshots'));
  return {
    events,
    matches,
    snapshots,
    metrics,
    open: wal.open,
    alertStore: store.alerts,
    rules,
    dyingOn: (...batches: number[]): URL => {
      const address = new URL('./dying_worker.fixture.ts', import.meta.url);
      address.search = String(new URLSearchParams({ marks, die: batches.join() }));
      return address;
    },
    async writeRule(name: string, text: string): Promise<void> {
      const file = join(rules, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    },
    async alerts(): Promise<readonly Alert[]> {
      const range = { from: 0, to: Number.POSITIVE_INFINITY };
      const { items } = await store.alerts.search({ range, sort: 'oldest', limit: 1_000 }, everyone);
      const whole = await Promise.all(items.map(({ id }) => store.alerts.get(id, everyone)));
      return whole.filter((alert) => alert !== undefined);
    },
    /** A detector on this site's streams and rules. */
    startDetector: (more: Partial<DetectorDeps> = {}): Promise<Detector> =>
      startDetector({
        events,
        matches,
        snapshots,
        alerts: store.alerts,
        rules: { paths: [rules], placeholders: {} },
        worker: program,
        metrics,
        log,
        ...more,
      }),
    async dispose() {
      await wal.close();
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
