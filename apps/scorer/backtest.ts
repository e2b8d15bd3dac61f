import { bucketStart, type EcsEvent, type EventMatch } from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import type { StreamRecord } from '@tidewatch/stream';
import type { ModelAtWork } from './protocol.ts';
import { createScoringThread, type Programs } from './thread.ts';

export interface ModelBacktest {
  /** Events that were looked at, and those of them that the model is for. */
  readonly events: number;
  readonly scored: number;
  readonly matches: number;
  readonly alerts: number;
  /** Over the time that the events span, but at least a minute. */
  readonly alertsPerDay: number;
  /** Events a second, of the middle one of all batches: the first are slower. Null where there was none to score. */
  readonly perSecond: number | null;
  /** Scores: median, 90, 99 and 99.9 of a hundred are below. */
  readonly quantiles: readonly number[];
  /** What a batch failed on. */
  readonly faults: readonly string[];
  /** The odd ones: at most ten alerts' first events. */
  readonly examples: readonly { readonly event: string; readonly score: number; readonly time: number }[];
}

const dayMs = 86_400_000;
/** In less an alert says nothing of a day. */
const leastMs = 60_000;
const examples = 10;
const shares = [0.5, 0.9, 0.99, 0.999];

/**
 * What a version would have found in stored events, in a thread of its own.
 *
 * @param pages events, in order of time: windows of features look back
 */
export async function backtestModel(
  model: ModelAtWork,
  pages: AsyncIterable<readonly EcsEvent[]>,
  programs: Programs,
): Promise<ModelBacktest> {
  const thread = createScoringThread(programs);
  const alerts = new Map<string, ModelBacktest['examples'][number]>();
  const scores: number[] = [];
  const faults = new Set<string>();
  let [events, matches] = [0, 0];
  const rates: number[] = [];
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  try {
    const loaded = await thread.load([{ ...model, stage: 'live' }]);
    for (const { message } of loaded.faults) faults.add(message);
    for await (const page of pages) {
      for (const event of page) {
        const time = Date.parse(event['@timestamp']);
        first = Math.min(first, time);
        last = Math.max(last, time);
      }
      const batch = await thread.score(0, page.map(recordOf(events)), {}, []);
      events += page.length;
      for (const fault of batch.faults) faults.add(fault.message);
      for (const figures of batch.figures) {
        rates.push(figures.scores.length / figures.seconds);
        scores.push(...figures.scores);
      }
      for (const match of JSON.parse(new TextDecoder().decode(batch.matches)) as EventMatch[]) {
        matches++;
        const { detector, key, time, bucketMs, explanation, event } = match;
        const id = alertId(detector.id, key, bucketStart(time, bucketMs));
        const score = 'score' in explanation ? explanation.score : 1;
        if (!alerts.has(id)) alerts.set(id, { event: event.event.id, score, time });
      }
    }
  } finally {
    await thread.close();
  }
  scores.sort((a, b) => a - b);
  const days = Math.max(leastMs, last - first) / dayMs;
  return {
    events,
    scored: scores.length,
    matches,
    alerts: alerts.size,
    alertsPerDay: alerts.size / days,
    perSecond: rates.sort((a, b) => a - b)[rates.length >> 1] ?? null,
    quantiles: shares.map(
      (share) => scores[Math.min(scores.length - 1, Math.floor(share * scores.length))] ?? 0,
    ),
    faults: [...faults],
    examples: [...alerts.values()].sort((a, b) => b.score - a.score).slice(0, examples),
  };
}

const recordOf =
  (from: number) =>
  (event: EcsEvent, i: number): StreamRecord => ({
    key: '',
    headers: {},
    value: Buffer.from(JSON.stringify(event)),
    position: { partition: 0, offset: from + i },
    appendedAt: 0,
  });

/** What a version must have shown before it goes live. */
export interface Gate {
  readonly name: 'admission' | 'backtest' | 'alerts' | 'speed';
  readonly passed: boolean;
  /** One sentence with the figures. */
  readonly found: string;
}

/** What a backtest says of the budget. */
export function gatesOf(
  { events, scored, alertsPerDay, perSecond, faults }: ModelBacktest,
  budget: { readonly alertsPerDay: number; readonly perSecond: number },
): readonly Gate[] {
  const [fault] = faults;
  const rounded = (value: number) => Number(value.toPrecision(3));
  return [
    {
      name: 'backtest',
      passed: scored > 0 && fault === undefined,
      found:
        fault === undefined
          ? `${scored} of ${events} stored events are for it.`
          : `It failed on stored events: ${fault}`,
    },
    {
      name: 'alerts',
      passed: alertsPerDay <= budget.alertsPerDay,
      found: `${rounded(alertsPerDay)} alerts a day; ${budget.alertsPerDay} are the budget.`,
    },
    {
      name: 'speed',
      passed: perSecond !== null && perSecond >= budget.perSecond,
      found:
        perSecond === null
          ? 'Nothing was scored, so nothing is known of its speed.'
          : `${rounded(perSecond)} events a second; ${budget.perSecond} are needed.`,
    },
  ];
}
