import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AnomalyDetection, Learnt } from '@tidewatch/scorer/detectors';
import { deleteDue, type TellDeletion } from '@tidewatch/store';
import { databasesOf } from '../adapters.ts';
import { type FileWatch, watchFiles } from '../file_watch.ts';
import { dayOf } from '../governance/governance.ts';
import { tellDeletion } from '../housekeeping.ts';
import { classTable } from '../models/class_table.ts';
import { tellAlerts } from '../notify.ts';
import type { Runtime } from '../runtime.ts';
import { workers } from '../workers.ts';
import { type DetectorFiles, detectorFolders, readDetectors } from './detector_files.ts';

/** What the role offers to others. */
export interface AnomaliesAtWork {
  readonly detection: AnomalyDetection;
  /** What there is, in force or not. */
  readonly files: () => DetectorFiles;
  /** Brings into force what files and use-cases say by now. */
  readonly refresh: () => Promise<void>;
  /** Deletes what a detector that was deleted has learnt, and notes that. */
  readonly forget: (detector: string) => Promise<void>;
  readonly watch: FileWatch;
}

const keeper = 'anomalies';
const what = 'entities and values they were known by';

/** Stream to what is odd of users, hosts and addresses. */
export async function startAnomalyRole(runtime: Runtime): Promise<void> {
  const { adapters, metrics, log, health, parts, readers, onClose } = runtime;
  const { startAnomalyDetection } = await import('@tidewatch/scorer/detectors');
  const read = () => {
    const { config, governance } = runtime;
    return readDetectors({ config, useCases: governance.useCases, day: dayOf(Date.now()) });
  };
  let files = await read();
  let away: string | undefined;

  function tell(): void {
    const faults = files.faults.map(({ file, reason }) => `${file}: ${reason}`);
    const reasons = [...(away === undefined ? [] : [away]), ...faults];
    if (reasons.length === 0) health.set('anomalies', 'ready');
    else health.set('anomalies', 'degraded', reasons.join(' '));
  }

  // Another part reads in another group: that is for the next start.
  const { part } = runtime.config.anomalies;
  const detecting = () => ({
    ...{ memory: runtime.config.anomalies.memory, part },
    normal: files.normal,
    definitions: files.detectors.filter(({ off }) => off === undefined).map(({ definition }) => definition),
    synthetic: runtime.governance.classes.all.filter(({ synthetic }) => synthetic).map(({ name }) => name),
  });
  const detection = await startAnomalyDetection({
    ...{ events: adapters.events, alerts: databasesOf(adapters).store.alerts, detecting: detecting() },
    file: join(runtime.config.data, 'anomalies', 'detectors.db'),
    worker: workers.anomalies,
    classes: () => classTable(runtime),
    ...{ metrics, log },
    onAlerts: (effects) => tellAlerts(runtime, effects),
    onState(reason) {
      away = reason;
      tell();
    },
  });
  async function refresh(): Promise<void> {
    files = await read();
    for (const { file, reason } of files.faults) log.warn({ file, reason }, 'A detector was refused');
    if (!isDeepStrictEqual(runtime.config.anomalies.part, part))
      log.warn('Another part of the entities is looked at from the next start on');
    await detection.reload(detecting());
    tell();
  }
  const watch = watchFiles(
    { what: 'detectors', paths: () => detectorFolders(runtime.config), reload: refresh, expiry: () => null },
    log,
  );
  adapters.retention.enrol({
    keeper,
    keeps:
      'what is usual of each user, host, address or service that a detector looks at, with the values that name them, from the last event of each on',
    dataClass: 'all',
    ttlMs: 'by class',
    expire: (now, tell) => detection.forgetting((learnt) => expire(runtime, learnt, now, tell)),
  });
  const forget = (detector: string) =>
    detection.forgetting((learnt) => forgetDetector(learnt, detector, tellDeletion(runtime)));
  parts.anomalies = { detection, files: () => files, refresh, forget, watch };
  onClose(async () => {
    await watch.close();
    await detection.close();
  });
  readers.push(detection);
  tell();
}

async function expire(
  { classes }: Pick<Runtime, 'classes'>,
  learnt: Learnt,
  now: number,
  tell: TellDeletion,
): Promise<void> {
  for (const { name: dataClass, ttlMs } of classes.all) {
    const before = now - ttlMs;
    const records = await learnt.due(dataClass, before);
    const due = { keeper, dataClass, what, records };
    await deleteDue(tell, due, async (gone) => gone(await learnt.expire(dataClass, before)));
  }
}

async function forgetDetector(learnt: Learnt, detector: string, tell: TellDeletion): Promise<void> {
  const reason = `The detector ${detector} was deleted.`;
  for (const [dataClass, records] of Object.entries(await learnt.classes(detector)))
    await deleteDue(tell, { keeper, dataClass, what, records, reason }, async (gone) =>
      gone(await learnt.forget(detector, dataClass)),
    );
}
