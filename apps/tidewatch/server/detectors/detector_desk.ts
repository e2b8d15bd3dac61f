import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DetectorDesk } from '@tidewatch/api';
import type { DetectorRow, DetectorRun } from '@tidewatch/api/schemas';
import { formatIssues } from '@tidewatch/plugin';
import { and, type KqlNode, parseKql } from '@tidewatch/query';
import {
  bytesOf,
  type Definition,
  parseDefinition,
  type Result,
  runOver,
  saysOf,
  type WatchState,
} from '@tidewatch/scorer/detectors';
import type { Scope, TimeRange } from '@tidewatch/store';
import { replaceFile } from '@tidewatch/stream/durable';
import { databasesOf } from '../adapters.ts';
import type { Runtime } from '../runtime.ts';
import { createStoredRuns, type RunUnderWay, storedEvents } from '../stored_runs.ts';
import { workers } from '../workers.ts';
import type { AnomaliesAtWork } from './anomaly_role.ts';
import { type DetectorFile, ownFolder } from './detector_files.ts';

const mebi = 2 ** 20;

/** Shows detectors, writes those of the data folder, and runs them over stored events. */
export function openDetectorDesk(runtime: Runtime, anomalies: AnomaliesAtWork): DetectorDesk {
  const { events } = databasesOf(runtime.adapters).store;
  const runs = createStoredRuns<DetectorRun>();
  const find = (id: string) => anomalies.files().detectors.find(({ definition }) => definition.id === id);
  const fileOf = (id: string): string => join(ownFolder(runtime.config.data), `${id}.yml`);

  async function rowOf(file: DetectorFile): Promise<DetectorRow> {
    const engine = file.off === undefined ? await anomalies.detection.state() : undefined;
    return describe(file, engine?.detectors[file.definition.id]);
  }

  async function work(
    definition: Definition,
    range: TimeRange,
    scope: Scope,
    { signal, change }: RunUnderWay<DetectorRun>,
  ): Promise<void> {
    const query = queryOf(definition.filter);
    change({ state: 'running', total: await events.count({ query, range }, scope) });
    const { all } = runtime.governance.classes;
    const stored = storedEvents(events, { query, range }, scope, signal);
    const result = await runOver(definition, stored, {
      program: workers.anomalies,
      memory: runtime.config.anomalies.memory,
      synthetic: all.filter(({ synthetic }) => synthetic).map(({ name }) => name),
      onProgress: (done) => change({ done }),
    });
    const { items, ...found } = result;
    change({ state: 'done', done: result.events, result: { ...found, items: items.map(shown) } });
  }

  return {
    async list() {
      const { detectors, faults } = anomalies.files();
      return { detectors: await Promise.all(detectors.map(rowOf)), faults };
    },
    async get(id) {
      const file = find(id);
      return file && { ...(await rowOf(file)), source: file.text };
    },
    async put(id, source) {
      const read = parseDefinition(source);
      if (!read.ok) return { ok: false, why: formatIssues(read.faults) };
      if (read.definition.id !== id) return { ok: false, why: `its id is ${read.definition.id}, not ${id}` };
      await mkdir(ownFolder(runtime.config.data), { recursive: true, mode: 0o700 });
      await replaceFile(fileOf(id), source);
      await anomalies.refresh();
      return { ok: true, detector: await rowOf(find(id) as DetectorFile) };
    },
    async remove(id) {
      const file = find(id);
      if (file === undefined) return 'unknown';
      if (!file.own) return 'read_only';
      await rm(file.file);
      await anomalies.refresh();
      // One that ships by the same id begins anew as well: it is another.
      await anomalies.detection.forget(id);
      return 'removed';
    },
    start({ id: detector, range, scope }) {
      const file = find(detector);
      if (file === undefined) return 'unknown';
      const asked = { range, by: scope.principal, run: { detector } };
      return runs.start(asked, (under) => work(file.definition, range, scope, under)) ?? 'busy';
    },
    job: runs.get,
    cancel: runs.cancel,
  };
}

const shown = ({ entity, from, to, score, grade, confidence, features, suppressed }: Result) => ({
  ...{ from, to, score, grade, confidence, entity: [...entity] },
  features: features.map((feature) => ({ ...feature })),
  ...(suppressed !== undefined && { suppressed }),
});

function describe({ definition, file, own, off }: DetectorFile, state: WatchState | undefined): DetectorRow {
  const { id, title, level, filter, by, features, interval, max_entities } = definition;
  const bytes = bytesOf(definition);
  const shown = state && {
    ...{ events: state.events, newest: state.newest, late: state.late, leftOut: state.leftOut },
    ...{ known: state.known, active: state.active, graded: state.graded },
    ...{ results: state.results, alerts: state.alerts },
  };
  return {
    ...{
      id,
      title,
      level,
      filter,
      by: [...by],
      features: features.map(({ name }) => name),
      interval,
      file,
      own,
    },
    memory: {
      bytesEach: bytes,
      says: `${Math.round(bytes / 1_024)} KiB for each entity: up to ${Math.round((bytes * max_entities) / mebi)} MiB on disk for ${max_entities}.`,
    },
    runs: off === undefined,
    says:
      off === undefined
        ? state === undefined
          ? 'It is being started.'
          : saysOf(definition, state, Date.now())
        : `Switched off: ${off}.`,
    ...(shown && { state: shown }),
  };
}

function queryOf(text: string): KqlNode {
  const read = parseKql(text);
  if (!read.ok) throw new TypeError(read.error.message);
  return and([read.ast]);
}
