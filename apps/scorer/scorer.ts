import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { EventMatch } from '@tidewatch/event';
import type { AlertEffect, AlertStore } from '@tidewatch/store';
import {
  type Batch,
  type Consumer,
  linesOf,
  type NewRecord,
  type SnapshotStore,
  type Stream,
} from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import { derivedHeaders, isDerived, isIdleMark } from '@tidewatch/window';
import { createDriftTold } from './drift_told.ts';
import type { DriftWindow } from './drift_watch.ts';
import { createFollowing, type Followed, stage } from './following.ts';
import { createPauses } from './pauses.ts';
import {
  keyOf,
  type Loaded,
  type ModelAtWork,
  type ModelDrift,
  type ModelFault,
  type ScoredBatch,
} from './protocol.ts';
import type { ClassTable } from './score_document.ts';
import { createSuspensions, type Suspended } from './suspension.ts';
import { createScoringThread, type Programs, ThreadLost } from './thread.ts';

export interface ScorerDeps {
  readonly events: Stream;
  readonly snapshots: SnapshotStore;
  readonly alerts: Pick<AlertStore, 'apply'>;
  /** What is to score. Asked at the start until it answers; events wait in the stream meanwhile. */
  readonly wanted: () => Promise<readonly ModelAtWork[]>;
  readonly programs: Programs;
  /** What scores may be kept as, asked for with each batch. */
  readonly classes: () => ClassTable;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Told what changed in the alert store, after it is durable. */
  readonly onAlerts?: (effects: readonly AlertEffect[]) => void;
  /** Told of what does not run whenever that changes. */
  readonly onTrouble?: (trouble: readonly Trouble[], added?: Suspended) => void;
  /** A snapshot is due after this long; what came since then is read again after a crash. */
  readonly snapshotEveryMs?: number;
  /** A batch that takes longer ends the thread, and suspends the model at work. */
  readonly batchMs?: number;
  /** See `ThreadOptions.window`. */
  readonly driftWindow?: DriftWindow;
}

/** A model that is to run and does not. */
export interface Trouble {
  readonly model: string;
  readonly reason: string;
  /** Epoch milliseconds, when it is tried again; absent for one that could not be loaded. */
  readonly until?: number;
}

export interface Scorer {
  models(): readonly ModelAtWork[];
  trouble(): readonly Trouble[];
  /** Brings models into force while events go on being scored; what did not change keeps its state. */
  reload(models: readonly ModelAtWork[]): Promise<Loaded>;
  /**
   * Tells once when the next events were scored by a version at work, in milliseconds since this call; of events that came
   * later, since they came. Never where none come, or the version goes before.
   */
  onNextScores(model: string, tell: (ms: number) => void): void;
  /** How far what versions see has moved from what they were calibrated on, of those that run. */
  drift(): Promise<readonly ModelDrift[]>;
  /** Resolves when everything appended before the call is scored, and its alerts are stored. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Follows the events' stream with models: each batch's alerts are stored, and its scores are in the stream, before its position
 * counts as done. Both have ids that follow from model and event, so that what is read again doubles nothing.
 *
 * Positions are committed with snapshots of what models remember. A thread that is lost is started again where its last
 * snapshots stand.
 */
export function startScorer(deps: ScorerDeps): Scorer {
  const { events, metrics, log, snapshots, snapshotEveryMs = 10_000 } = deps;
  const thread = createScoringThread(deps.programs, {
    ...(deps.batchMs !== undefined && { batchMs: deps.batchMs }),
    ...(deps.driftWindow !== undefined && { window: deps.driftWindow }),
    onModelLost: ({ message: reason }) => log.error({ reason }, 'The thread of a model ended'),
  });
  const suspensions = createSuspensions();
  /** By model, whoever waits for its next scores, and since when. */
  const awaited = new Map<string, { readonly since: number; readonly tell: (ms: number) => void }>();
  const drift = createDriftTold(thread, metrics, log);
  const pauses = createPauses();
  const closing = new AbortController();
  const stopped = once(closing.signal, 'abort').then(() => undefined);
  const pause = (ms: number) => Promise.race([setTimeout(ms, undefined, { ref: false }), stopped]);
  let models: readonly ModelAtWork[] = [];
  let unloadable: readonly ModelFault[] = [];
  let consumer: Consumer | undefined;
  let restarting: Promise<void> | undefined;
  const following = createFollowing(thread, snapshots, snapshotEveryMs, {
    commit: (position) => consumer?.commit(position),
    fault: tellFault,
  });

  const trouble = (): readonly Trouble[] => [
    ...unloadable.map(({ model, message: reason }) => ({ model, reason })),
    ...suspensions.current(),
  ];

  async function load(next: readonly ModelAtWork[]): Promise<Loaded> {
    const loaded = await thread.load(next);
    for (const each of models) metrics.unset('model_info', labelsOf(each));
    models = next;
    for (const model of awaited.keys()) if (!loaded.models.includes(model)) awaited.delete(model);
    unloadable = loaded.faults;
    for (const each of models)
      if (loaded.models.includes(keyOf(each))) metrics.set('model_info', labelsOf(each), 1);
    for (const fault of unloadable) tellFault(fault);
    deps.onTrouble?.(trouble());
    log.info({ models: loaded.models, rejected: unloadable.length }, 'Models loaded');
    return loaded;
  }

  function tellFault({ model, phase, message }: ModelFault): void {
    const at = models.find((each) => keyOf(each) === model);
    if (at !== undefined) metrics.count('model_errors_total', { ...labelsOf(at), phase });
    log.error({ model, phase, reason: message }, 'A model failed; events go on without its scores');
  }

  function suspend(fault: ModelFault, atOnce = false): void {
    tellFault(fault);
    const suspended = suspensions.failed(fault.model, fault.message, atOnce);
    if (suspended !== undefined) deps.onTrouble?.(trouble(), suspended);
  }

  /** @param came when the first of the events was appended, epoch milliseconds */
  function tell({ figures, faults }: ScoredBatch, came: number): void {
    for (const fault of faults) suspend(fault);
    const failed = new Set(faults.map(({ model }) => model));
    for (const { model, seconds, scores } of figures) {
      if (!failed.has(model)) suspensions.worked(model);
      const at = models.find((each) => keyOf(each) === model);
      if (at === undefined) continue;
      const waiting = awaited.get(model);
      awaited.delete(model);
      waiting?.tell(Date.now() - Math.max(waiting.since, came));
      const labels = labelsOf(at);
      metrics.observe('model_inference_duration_seconds', labels, seconds);
      for (const score of scores) metrics.observe('model_score', labels, score);
    }
  }

  async function process(batch: Batch): Promise<void> {
    const { partition } = batch;
    const state = following.of(partition);
    const last = batch.records.at(-1);
    if (state === undefined || last === undefined) return;
    const started = performance.now();
    const records = batch.records.filter((record) => !isIdleMark(record) && !isDerived(record));
    state.busy = true;
    if (records.length > 0 && models.length > unloadable.length) await score(partition, state, records);
    state.next = last.position.offset + 1;
    state.busy = false;
    metrics.count('stage_events_total', { stage: 'score', outcome: 'ok' }, records.length);
    metrics.observe('stage_duration_seconds', { stage: 'score' }, (performance.now() - started) / 1000);
    if (following.isDue(partition)) await following.save(partition);
  }

  async function score(partition: number, state: Followed, records: Batch['records']): Promise<void> {
    const last = records.at(-1)?.position.offset as number;
    const made = state.made;
    if (made !== undefined && made.last !== last) {
      const lost = new ThreadLost('a batch came again as another', undefined);
      startAgain(lost);
      throw lost;
    }
    const batch = made?.batch ?? (await ask(partition, records));
    state.made = { last, batch };
    const matches = JSON.parse(new TextDecoder().decode(batch.matches)) as EventMatch[];
    const effects = matches.length === 0 ? [] : await deps.alerts.apply(matches);
    const scores: NewRecord[] = [...linesOf(batch.scores)].map((value) => ({
      key: `${stage}/${partition}`,
      headers: derivedHeaders,
      value,
    }));
    if (scores.length > 0) await events.append(scores);
    delete state.made;
    tell(batch, records[0]?.appendedAt ?? 0);
    for (const { detector } of matches)
      metrics.count('detections_total', { engine: detector.engine, severity: detector.level });
    if (effects.length > 0) deps.onAlerts?.(effects);
  }

  async function ask(partition: number, records: Batch['records']): Promise<ScoredBatch> {
    const except = suspensions.current().map(({ model }) => model);
    return thread.score(partition, records, deps.classes(), except).catch((error: Error) => {
      if (error instanceof ThreadLost) startAgain(error);
      throw error;
    });
  }

  const subscribe = () =>
    events.subscribe({
      group: stage,
      maxRecords: 4_000,
      commits: 'manual',
      process,
      assigned: following.assigned,
      revoked: following.revoked,
    });

  /** Tries until models are loaded and the stream is followed. */
  async function begin(wanted: () => Promise<readonly ModelAtWork[]>): Promise<void> {
    for (let pauseMs = 100; !closing.signal.aborted; pauseMs = Math.min(10_000, pauseMs * 2))
      try {
        const next = await Promise.race([wanted(), stopped]);
        if (next === undefined) return;
        await load(next);
        consumer = await subscribe();
        pauses.started();
        return;
      } catch (error) {
        log.error({ reason: (error as Error).message }, 'Models could not be started');
        await pause(pauseMs);
      }
  }

  /** What models remembered is lost: it begins again at the snapshots, without the model that took the thread with it. */
  function startAgain({ model, message }: ThreadLost): void {
    if (model !== undefined) suspend({ model, phase: 'score', message }, true);
    else log.error({ reason: message }, 'The thread of models was lost; it is started again');
    restarting ??= (async () => {
      const before = consumer;
      consumer = undefined;
      // The batch under way has failed with the thread.
      await before?.close();
      following.forget();
      await pause(pauses.next());
      await begin(async () => models);
    })().finally(over);
  }

  function over(): void {
    restarting = undefined;
  }

  restarting = begin(deps.wanted).finally(over);
  /** One that ended its pause counts as well from now on, until it fails again. */
  const regularly = setInterval(() => {
    deps.onTrouble?.(trouble());
    void drift.tell(models);
    for (const partition of following.partitions())
      if (following.isDue(partition))
        following
          .save(partition)
          .catch((error: Error) =>
            log.warn({ reason: error.message }, 'A snapshot of models could not be saved'),
          );
  }, snapshotEveryMs).unref();

  return {
    models: () => models,
    trouble,
    async reload(next) {
      await restarting;
      return load(next);
    },
    onNextScores: (model, tell) => void awaited.set(model, { since: Date.now(), tell }),
    drift: drift.now,
    async drain() {
      await restarting;
      await consumer?.drain();
    },
    async close() {
      closing.abort();
      clearInterval(regularly);
      await restarting;
      await consumer?.close();
      for (const partition of following.partitions())
        await following
          .save(partition)
          .catch((error: Error) =>
            log.warn({ reason: error.message }, 'A last snapshot of models could not be saved'),
          );
      await thread.close();
    },
  };
}

const labelsOf = ({ name: model, version, stage: at }: ModelAtWork) => ({ model, version, stage: at });
