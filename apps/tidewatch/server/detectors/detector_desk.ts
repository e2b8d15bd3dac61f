import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DetectorDesk } from '@tidewatch/api';
import type { DetectorRow, DetectorRun } from '@tidewatch/api/schemas';
import { formatIssues } from '@tidewatch/plugin';
import { and, type KqlNode, parseKql } from '@tidewatch/query';
import {
  alertOf,
  type Definition,
  edgesOf,
  parseDefinition,
  plainFeature,
  type Result,
  runOver,
  type Said,
  speakingOf,
  type Tolerance,
  thresholdOf,
  ungraded,
} from '@tidewatch/scorer/detectors';
import type { Scope, TimeRange } from '@tidewatch/store';
import { replaceFile } from '@tidewatch/stream/durable';
import { databasesOf } from '../adapters.ts';
import type { Runtime } from '../runtime.ts';
import { createStoredRuns, type RunUnderWay, storedEvents } from '../stored_runs.ts';
import { workers } from '../workers.ts';
import type { AnomaliesAtWork } from './anomaly_role.ts';
import { type DetectorFile, ownFolder } from './detector_files.ts';
import { describe, memoryOf } from './detector_row.ts';
import { openNormalDesk } from './normal_desk.ts';

/** Shows detectors, writes those of the data folder, and runs them over stored events. */
export function openDetectorDesk(runtime: Runtime, anomalies: AnomaliesAtWork): DetectorDesk {
  const { events } = databasesOf(runtime.adapters).store;
  const runs = createStoredRuns<DetectorRun>();
  const find = (id: string) => anomalies.files().detectors.find(({ definition }) => definition.id === id);
  const normal = openNormalDesk(runtime, anomalies);
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
      normal: anomalies.files().normal,
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
      await normal.forget(id);
      await anomalies.refresh();
      // One that ships by the same id begins anew as well: it is another.
      await anomalies.forget(id);
      return 'removed';
    },
    estimate(source) {
      const read = parseDefinition(source);
      if (!read.ok) return { ok: false, why: formatIssues(read.faults) };
      const { id, title, filter, by, features, interval } = read.definition;
      const names = features.map(({ name }) => name);
      const estimate = {
        id,
        title,
        filter,
        by,
        features: names,
        interval,
        memory: memoryOf(read.definition),
      };
      return { ok: true, estimate };
    },
    alertOf(id, interval) {
      const file = find(id);
      return file && alertOf(file.definition, interval);
    },
    async entities(id, asked, { dataClasses: classes }) {
      const file = find(id);
      if (file === undefined) return 'unknown';
      const found = await anomalies.detection.entities(id, { ...asked, classes });
      if (found === undefined) return 'off';
      const entities = found.map(({ values, active, seen, newest, last }) => ({
        ...{ entity: values, active, seen, newest, graded: seen > ungraded(file.definition) },
        last: last === undefined ? null : lastOf(file.definition, last),
      }));
      return { entities };
    },
    async series(id, entity, { dataClasses: classes }) {
      const file = find(id);
      if (file === undefined) return 'unknown';
      if (file.off !== undefined) return 'off';
      const said = await anomalies.detection.said(id, entity, classes);
      if (said === undefined) return 'no_entity';
      const { definition } = file;
      const tolerances = anomalies.files().normal.filter(({ detector }) => detector === id);
      return {
        ...{ entity, interval: definition.interval, threshold: thresholdOf(definition) },
        features: definition.features.map(({ name }) => name),
        points: said.map((one) => pointOf(definition, tolerances, entity, one)),
      };
    },
    ...normal.desk,
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

const lastOf = ({ interval }: Definition, { at, numbers: [score = 0, grade = 0] }: Said) => ({
  ...{ from: at * interval, score, grade },
});

function pointOf(
  definition: Definition,
  tolerances: readonly Tolerance[],
  entity: readonly string[],
  said: Said,
) {
  const { features } = definition;
  const last = lastOf(definition, said);
  const speaking = speakingOf(tolerances, entity, last.from);
  const known = (i: number): number | null => {
    const value = said.numbers[i];
    return value !== undefined && Number.isFinite(value) ? value : null;
  };
  return {
    ...last,
    features: features.map((feature, i) => {
      const expected = known(2 + features.length + i);
      const edges = expected === null ? { lower: null, upper: null } : edgesOf(feature, speaking, expected);
      return { actual: known(2 + i), expected, ...edges };
    }),
  };
}

const shown = ({ entity, from, to, score, grade, confidence, features, suppressed }: Result) => ({
  ...{ from, to, score, grade, confidence, entity: [...entity] },
  features: features.map(plainFeature),
  ...(suppressed !== undefined && { suppressed }),
});

function queryOf(text: string): KqlNode {
  const read = parseKql(text);
  if (!read.ok) throw new TypeError(read.error.message);
  return and([read.ast]);
}
