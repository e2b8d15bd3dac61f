import { bucketStart, type EcsEvent, type EventMatch } from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import type { StreamRecord } from '@tidewatch/stream';
import type { ModelAtWork } from './protocol.ts';
import { createScoringThread, type Programs } from './thread.ts';

export interface ModelBacktest {
  /** Stored events that it could have looked at, those that it did, and those of them that the model is for. */
  readonly total: number;
  readonly events: number;
  readonly scored: number;
  readonly matches: number;
  readonly alerts: number;
  /** Alerts a day, as these tell: of an entity at most one in each hour. */
  readonly alertsPerDay: number;
  /** Milliseconds from the first event to the last, and those of them in which every event was looked at. */
  readonly span: number;
  readonly covered: number;
  /** Events a second, of the middle one of all batches: the first are slower. Null where there was none to score. */
  readonly perSecond: number | null;
  /** Scores: median, 90, 99 and 99.9 of a hundred are below. */
  readonly quantiles: readonly number[];
  /** What a batch failed on. */
  readonly faults: readonly string[];
  /** The odd ones: at most ten alerts' first events. */
  readonly examples: readonly { readonly event: string; readonly score: number; readonly time: number }[];
}

/** Events one after the other, and the milliseconds that they are all events of. */
export interface BacktestPage {
  readonly events: readonly EcsEvent[];
  readonly covered: number;
}

const dayMs = 86_400_000;
const examples = 10;
const shares = [0.5, 0.9, 0.99, 0.999];

/**
 * What a version would have found in stored events, in a thread of its own.
 *
 * @param total see {@link ModelBacktest}
 * @param pages in order of time: windows of features look back
 */
export async function backtestModel(
  model: ModelAtWork,
  { total, pages }: { readonly total: number; readonly pages: AsyncIterable<BacktestPage> },
  programs: Programs,
): Promise<ModelBacktest> {
  const thread = createScoringThread(programs);
  const alerts = new Map<string, ModelBacktest['examples'][number]>();
  /** By entity. */
  const found = new Map<string, { readonly bucketMs: number; readonly alerts: Set<string> }>();
  const scores: number[] = [];
  const faults = new Set<string>();
  let [events, matches, covered] = [0, 0, 0];
  const rates: number[] = [];
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  try {
    const loaded = await thread.load([{ ...model, stage: 'live' }]);
    for (const { message } of loaded.faults) faults.add(message);
    for await (const { events: page, covered: more } of pages) {
      covered += more;
      if (page.length === 0) continue;
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
        const entity = JSON.stringify(key);
        const one = found.get(entity) ?? { bucketMs, alerts: new Set() };
        found.set(entity, one);
        one.alerts.add(id);
        const score = 'score' in explanation ? explanation.score : 1;
        if (!alerts.has(id)) alerts.set(id, { event: event.event.id, score, time });
      }
    }
  } finally {
    await thread.close();
  }
  scores.sort((a, b) => a - b);
  const perDay = [...found.values()].map(({ bucketMs, alerts: { size } }) =>
    Math.min((size * dayMs) / Math.max(1, covered), dayMs / bucketMs),
  );
  return {
    total,
    events,
    scored: scores.length,
    matches,
    alerts: alerts.size,
    alertsPerDay: perDay.reduce((sum, each) => sum + each, 0),
    span: Math.max(0, last - first),
    covered,
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
