import type { AlertEffect, AlertStore } from '@tidewatch/store';
import type { Batch, SnapshotStore, Stream } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import { isDerived, isIdleMark } from '@tidewatch/window';
import { startCorrelation } from './correlation.ts';
import { createCostWatch } from './cost_watch.ts';
import { createOutputs, type Output } from './outputs.ts';
import type { LoadedRules, RuleInfo, RuleSources } from './protocol.ts';
import { openQuarantine, type Quarantined } from './quarantine.ts';
import { type RuleBudget, usualBudget } from './rule_budget.ts';
import { listRules, type RuleStatus } from './rule_list.ts';
import { createStretches } from './stretches.ts';
import { createDetectionThread, type Detected, type DetectionThread } from './thread.ts';

export interface DetectorDeps {
  readonly events: Stream;
  /** Carries what correlations build on to whoever correlates it. */
  readonly matches: Stream;
  readonly snapshots: SnapshotStore;
  readonly alerts: AlertStore;
  readonly rules: RuleSources;
  /** Program of the detector's thread. */
  readonly worker: URL;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Where matches are written besides; see {@link Output}. */
  readonly outputs?: readonly Output[];
  /** Data classes of which nothing is written there. */
  readonly synthetic?: ReadonlySet<string>;
  /** Told what changed in the alert store, after it is durable. */
  readonly onAlerts?: (effects: readonly AlertEffect[]) => void;
  /** What a rule may cost, asked for whenever that is judged; {@link usualBudget} without it. */
  readonly budget?: () => RuleBudget;
  /** Told of all rules in quarantine at the start and whenever that changes, and of the one that was added. */
  readonly onQuarantine?: (quarantined: readonly Quarantined[], added?: Quarantined) => void;
}

export interface Detector {
  /** What is in force. */
  loaded(): LoadedRules;
  rules(): readonly RuleStatus[];
  /** Lets a rule run again that is in quarantine; false where it is not. */
  release(rule: string): boolean;
  /**
   * Brings rules into force while events go on being looked at. A rule whose new version is faulty stays as it was, and what
   * did not change keeps its state. Rejects where nothing could be loaded: then all stays as it was.
   */
  reload(sources: RuleSources): Promise<LoadedRules>;
  /** Every window that ends at or before this (epoch ms) is complete; undefined before the first event. */
  complete(): number | undefined;
  /** Resolves when everything appended before the call has been looked at, and its alerts are stored. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Groups of correlations are divided among so many shards where several processes share them; this must never change. */
const sharedShards = 16;

/**
 * Loads the rules and follows the events stream: each batch's matches are in the alert store, and what correlations
 * build on is in their stream, before its position is committed. Both count a match once however often it comes.
 */
export async function startDetector(deps: DetectorDeps): Promise<Detector> {
  const thread = createDetectionThread(deps.worker);
  const shards = deps.events.repartition === undefined ? 1 : sharedShards;
  try {
    return await follow(deps, thread, shards);
  } catch (error) {
    // Else its thread would keep the process alive.
    await thread.close();
    throw error;
  }
}

async function follow(deps: DetectorDeps, thread: DetectionThread, shards: number): Promise<Detector> {
  const { metrics, log } = deps;
  let loaded = await thread.load(deps.rules, shards);
  const tally = new Map<string, { matches: number; lastMatch: number }>();
  const quarantine = await openQuarantine(deps.snapshots, log);
  const costs = createCostWatch({
    ...deps,
    quarantine,
    budget: deps.budget ?? (() => usualBudget),
    interrupt: () => void thread.interrupt(),
  });
  costs.follow(loaded);
  const outputs = createOutputs({ outputs: [], synthetic: new Set(), ...deps });
  const said = new Set<string>();
  announce();
  const onAlerts = (effects: readonly AlertEffect[]): void => {
    for (const { alert, effect } of effects)
      if (alert.detector.engine === 'correlation' && effect !== 'settled')
        count(alert.detector.id, 1, alert.last);
    deps.onAlerts?.(effects);
  };
  const correlation = await startCorrelation({
    ...deps,
    plans: loaded.plans,
    onFindings: outputs.writeFindings,
    onAlerts,
  });
  const stretches = createStretches(deps.matches, shards, log);
  thread.onReload(takeOver);

  /** Before any batch that these rules looked at: what they feed must find its plan. */
  function takeOver(next: LoadedRules): void {
    correlation.plan(next.plans);
    loaded = next;
    costs.follow(next);
    announce();
  }

  function announce(): void {
    const missing = outputs.follow(loaded.rules);
    report(deps, { ...loaded, notices: [...loaded.notices, ...missing] }, said);
  }

  function count(rule: string, matches: number, last: number): void {
    const known = tally.get(rule);
    tally.set(rule, {
      matches: (known?.matches ?? 0) + matches,
      lastMatch: Math.max(known?.lastMatch ?? 0, last),
    });
  }

  async function process(batch: Batch): Promise<void> {
    const started = performance.now();
    const records = batch.records.filter((record) => !isIdleMark(record) && !isDerived(record));
    // Without rules there is nothing to parse events for; the position moves on all the same.
    const hasRules = loaded.rules.some(({ state }) => state === 'loaded');
    const { matches, fed, faults } = hasRules
      ? await costs.during(() => thread.detect(batch.partition, records))
      : nothing;
    const effects = matches.length === 0 ? [] : await deps.alerts.apply(matches);
    await outputs.write(matches);
    await stretches.pass(batch, fed);
    for (const fault of faults) costs.fault(fault);
    for (const { detector, time } of matches) {
      count(detector.id, 1, time);
      metrics.count('detections_total', { engine: detector.engine, severity: detector.level });
    }
    for (const [rule, times, last] of fed.rules) count(rule, times, last);
    if (fed.ungrouped > 0) metrics.count('correlation_ungrouped_events_total', {}, fed.ungrouped);
    metrics.count('stage_events_total', { stage: 'detect', outcome: 'ok' }, records.length);
    metrics.observe('stage_duration_seconds', { stage: 'detect' }, (performance.now() - started) / 1000);
    if (effects.length > 0) deps.onAlerts?.(effects);
  }

  const consumer = await deps.events.subscribe({ group: 'detector', maxRecords: 4_000, process });
  return {
    loaded: () => loaded,
    async reload(sources) {
      const next = await thread.load(sources, shards);
      takeOver(next);
      return next;
    },
    complete: () => correlation.complete(),
    rules: () => listRules(loaded, costs, quarantine, tally),
    release: (rule) => costs.release(rule),
    async drain() {
      await consumer.drain();
      await stretches.flush();
      await correlation.drain();
    },
    async close() {
      await consumer.close();
      // Should it fail, event time goes on from the next batch.
      await stretches.flush().catch((error: Error) => {
        log.warn({ reason: error.message }, 'Event time could not be passed on');
      });
      await correlation.close();
      await costs.close();
      await thread.close();
    },
  };
}

const nothing: Detected = { matches: [], fed: { shards: [], rules: [], ungrouped: 0 }, faults: [] };

/** @param said notices that were logged before, since most reloads are about something else */
function report(
  { metrics, log }: DetectorDeps,
  { rules, notices, milliseconds }: LoadedRules,
  said: Set<string>,
): void {
  const count = (state: RuleInfo['state']) => rules.filter((rule) => rule.state === state).length;
  const counts = { loaded: count('loaded'), rejected: count('rejected'), skipped: count('skipped') };
  for (const [state, rulesOfState] of Object.entries(counts))
    metrics.set('detection_rules', { engine: 'sigma', state }, rulesOfState);
  log.info({ ...counts, milliseconds: Math.round(milliseconds) }, 'Rules loaded');
  for (const { level, text } of notices) if (said.size < said.add(text).size) log[level](text);
  for (const { file, state, reason } of rules)
    if (state === 'rejected') log.warn({ file, reason }, 'A rule was rejected');
}
