import type { AlertEffect, AlertStore } from '@tidewatch/store';
import type { Batch, Stream } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import { isIdleMark } from '@tidewatch/window';
import type { LoadedRules, RuleInfo, RuleSources } from './protocol.ts';
import { createDetectionThread, type Detected, type DetectionThread } from './thread.ts';

export interface DetectorDeps {
  readonly events: Stream;
  readonly alerts: AlertStore;
  readonly rules: RuleSources;
  /** Program of the detector's thread. */
  readonly worker: URL;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Told what changed in the alert store, after it is durable. */
  readonly onAlerts?: (effects: readonly AlertEffect[]) => void;
}

/** A rule with what it found since the process started. */
export interface RuleStatus extends RuleInfo {
  readonly matches: number;
  /** Event time of the newest match, epoch milliseconds. */
  readonly lastMatch: number | null;
}

export interface Detector {
  readonly loaded: LoadedRules;
  rules(): readonly RuleStatus[];
  /** Resolves when everything appended before the call has been looked at, and its alerts are stored. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Loads the rules and follows the events stream: each batch's matches are in the alert store before its position is
 * committed, and the store counts a match once however often it comes.
 */
export async function startDetector(deps: DetectorDeps): Promise<Detector> {
  const thread = createDetectionThread(deps.worker);
  try {
    return await follow(deps, thread, await thread.load(deps.rules));
  } catch (error) {
    // Else its thread would keep the process alive.
    await thread.close();
    throw error;
  }
}

async function follow(deps: DetectorDeps, thread: DetectionThread, loaded: LoadedRules): Promise<Detector> {
  const tally = new Map<string, { matches: number; lastMatch: number }>();
  const suspended = new Map<string, string>();
  const hasRules = loaded.rules.some(({ state }) => state === 'loaded');
  report(deps, loaded);

  async function process(batch: Batch): Promise<void> {
    const started = performance.now();
    const records = batch.records.filter((record) => !isIdleMark(record));
    // Without rules there is nothing to parse events for; the position moves on all the same.
    const { matches, faults } = hasRules ? await thread.detect(batch.partition, records) : nothing;
    const effects = matches.length === 0 ? [] : await deps.alerts.apply(matches);
    for (const { rule, message } of faults) {
      suspended.set(rule, message);
      deps.log.error({ rule, reason: message }, 'A rule failed on an event and is suspended');
    }
    for (const { detector, time } of matches) {
      const known = tally.get(detector.id);
      tally.set(detector.id, {
        matches: (known?.matches ?? 0) + 1,
        lastMatch: Math.max(known?.lastMatch ?? 0, time),
      });
      deps.metrics.count('detections_total', { engine: detector.engine, severity: detector.level });
    }
    deps.metrics.count('stage_events_total', { stage: 'detect', outcome: 'ok' }, records.length);
    deps.metrics.observe('stage_duration_seconds', { stage: 'detect' }, (performance.now() - started) / 1000);
    if (effects.length > 0) deps.onAlerts?.(effects);
  }

  const consumer = await deps.events.subscribe({ group: 'detector', maxRecords: 1_000, process });
  return {
    loaded,
    rules: () =>
      loaded.rules.map((rule) => {
        const fault = suspended.get(rule.id);
        return {
          ...rule,
          ...(fault === undefined ? {} : { state: 'rejected' as const, reason: `suspended: ${fault}` }),
          matches: tally.get(rule.id)?.matches ?? 0,
          lastMatch: tally.get(rule.id)?.lastMatch ?? null,
        };
      }),
    drain: () => consumer.drain(),
    async close() {
      await consumer.close();
      await thread.close();
    },
  };
}

const nothing: Detected = { matches: [], faults: [] };

function report({ metrics, log }: DetectorDeps, { rules, milliseconds }: LoadedRules): void {
  const count = (state: RuleInfo['state']) => rules.filter((rule) => rule.state === state).length;
  const counts = { loaded: count('loaded'), rejected: count('rejected'), skipped: count('skipped') };
  for (const [state, rulesOfState] of Object.entries(counts))
    metrics.set('detection_rules', { engine: 'sigma', state }, rulesOfState);
  log.info({ ...counts, milliseconds: Math.round(milliseconds) }, 'Rules loaded');
  for (const { file, state, reason } of rules)
    if (state === 'rejected') log.warn({ file, reason }, 'A rule was rejected');
}
