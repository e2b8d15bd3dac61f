import type { Findings } from '@tidewatch/event';
import {
  type CorrelationPlan,
  type Correlator,
  type CorrelatorPart,
  createCorrelator,
  isStretch,
  type Stretch,
} from '@tidewatch/sigma';
import type { AlertEffect, AlertStore } from '@tidewatch/store';
import { createKeyedStage, type SnapshotStore, type Stream } from '@tidewatch/stream';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import { idleMark } from '@tidewatch/window';

export interface CorrelationDeps {
  readonly events: Stream;
  /** Stretches of the events stream, by shard; see {@link Stretch}. */
  readonly matches: Stream;
  readonly plans: readonly CorrelationPlan[];
  readonly alerts: AlertStore;
  readonly snapshots: SnapshotStore;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Given findings when the alert store has them; where it rejects, they come again. */
  readonly onFindings?: (findings: readonly Findings[]) => Promise<void>;
  readonly onAlerts?: (effects: readonly AlertEffect[]) => void;
}

/** Correlations in event time, and how far it has come over all sources. */
export interface Correlation {
  /** Every window that ends at or before this (epoch ms) is complete; undefined before the first event. */
  complete(): number | undefined;
  /** Takes other plans; state of those that did not change stays. */
  plan(plans: readonly CorrelationPlan[]): void;
  /** Resolves when everything appended to `matches` before the call was taken, and its alerts are stored. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** How late events may be, when a source is quiet, and how much is kept. */
export const correlationConfig = {
  allowedLatenessMs: 5 * 60_000,
  idleAfterMs: 2 * 60_000,
  maxEvents: 1_000_000,
  sliceMs: 10,
};
const tickMs = 15_000;
/** An alert of a window that nobody has settled so long after its end is nobody's any more. */
const abandonedMs = 24 * 3_600_000;

/** The key of a shard's records. */
export const shardKey = (shard: number): string => `shard-${shard}`;

/**
 * Follows the matches: correlates them, keeps the alerts of windows up to date, declares quiet sources idle, and confirms
 * the alerts on single events whose bucket event time has passed. Every shard knows the time of all sources.
 */
export async function startCorrelation(deps: CorrelationDeps): Promise<Correlation> {
  const { events, alerts, metrics, log } = deps;
  let { plans } = deps;
  const stage = await createKeyedStage<Correlator, Findings>({
    stream: deps.matches,
    group: 'correlation',
    version: 2,
    keyOf: ({ key }) => key,
    initial: () => createCorrelator(correlationConfig, plans),
    restore: (parts) => createCorrelator(correlationConfig, plans, parts as readonly CorrelatorPart[]),
    parts: (correlator) => correlator.parts(),
    step: (correlator, { value, position }, emit) => {
      const stretch = decodeStretch(value);
      if (stretch === undefined) {
        metrics.count('correlation_unfit_total', {});
        log.error(
          { ...position, stream: 'matches' },
          'A record is not one of the detector’s and is passed by',
        );
        return correlator;
      }
      const { findings, late, unfit, evicted } = correlator.take(stretch);
      if (unfit > 0) metrics.count('correlation_unfit_total', {}, unfit);
      for (const each of findings) emit(each);
      if (late > 0) metrics.count('detection_late_events_total', { engine: 'correlation' }, late);
      if (evicted > 0) metrics.count('correlation_evicted_events_total', {}, evicted);
      return correlator;
    },
    onOutput: async (findings) => {
      // Of what was said of one alert several times only the last counts.
      const last = [...new Map(findings.map((each) => [each.id, each])).values()];
      const effects = await alerts.replace(last);
      await deps.onFindings?.(last);
      for (const { alert, effect } of effects)
        if (effect !== 'settled')
          metrics.count('detections_total', { engine: 'correlation', severity: alert.detector.level });
      if (effects.length > 0) deps.onAlerts?.(effects);
    },
    snapshots: deps.snapshots,
    log,
  });
  const clock = () => stage.get(shardKey(0))?.watermark;

  async function tick(): Promise<void> {
    const now = Date.now();
    const sizes = [...stage.entries()].map(([, correlator]) => correlator.size());
    metrics.set(
      'correlation_state_events',
      {},
      sizes.reduce((sum, size) => sum + size.events, 0),
    );
    metrics.set(
      'correlation_state_groups',
      {},
      sizes.reduce((sum, size) => sum + size.groups, 0),
    );
    const quiet = clock()?.dueIdle(now) ?? [];
    if (quiet.length > 0) await events.append(quiet.map(({ source }) => idleMark(source, now)));
    const complete = clock()?.complete();
    if (complete === undefined) return;
    for (const engine of ['sigma', 'evasion', 'onnx'] as const) await alerts.confirmUpTo(complete, engine);
    // Of a correlation that is no more, or had to give its state up.
    const longest = Math.max(0, ...plans.flatMap(({ nodes }) => nodes.map(({ timespanMs }) => timespanMs)));
    await alerts.confirmUpTo(complete - longest - abandonedMs, 'correlation');
  }
  let ticking = Promise.resolve();
  const timer = setInterval(() => {
    ticking = tick().catch((error: Error) =>
      log.warn({ reason: error.message }, 'Event time could not be advanced; trying again'),
    );
  }, tickMs);

  return {
    complete: () => clock()?.complete(),
    plan(next) {
      plans = next;
      for (const [, correlator] of stage.entries()) correlator.plan(next);
    },
    drain: () => stage.drain(),
    async close() {
      clearInterval(timer);
      await ticking;
      await stage.close();
    },
  };
}

/** A stretch as a record's value. @param matches JSON as the detector's thread wrote it; empty where there are none */
export function encodeStretch(
  head: Pick<Stretch, 'partition' | 'to' | 'sources' | 'idle'>,
  matches: string,
): Uint8Array {
  const rest = matches === '' ? '"plans":[],"classes":[],"origins":[],"matches":[]}' : matches.slice(1);
  return new TextEncoder().encode(`${JSON.stringify(head).slice(0, -1)},${rest}`);
}

function decodeStretch(value: Uint8Array): Stretch | undefined {
  try {
    const stretch: unknown = JSON.parse(new TextDecoder().decode(value));
    return isStretch(stretch) ? stretch : undefined;
  } catch {
    return undefined;
  }
}
