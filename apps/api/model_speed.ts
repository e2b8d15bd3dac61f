import type { MetricSeries, Metrics } from '@tidewatch/telemetry';
import type { VersionAsked } from './model_desk.ts';

/** How fast a version scores here, since the process started. */
export interface ModelSpeed {
  readonly batches: number;
  readonly rows: number;
  /** Seconds that half of the batches, and 99 of a hundred, took at most. */
  readonly p50: number;
  readonly p99: number;
  /** Rows that it scores in a second of work. */
  readonly perSecond: number;
}

/** Null where it scored nothing. */
export async function modelSpeed(
  metrics: Pick<Metrics, 'series'>,
  { name, version }: VersionAsked,
): Promise<ModelSpeed | null> {
  const own = ({ labels }: MetricSeries): boolean => labels.model === name && labels.version === version;
  const durations = (await metrics.series('model_inference_duration_seconds')).filter(own);
  const scores = (await metrics.series('model_score')).filter(own);
  const [batches, seconds, rows] = [
    sumOf(durations, 'count'),
    sumOf(durations, 'sum'),
    sumOf(scores, 'count'),
  ];
  if (batches === 0 || seconds === 0) return null;
  const buckets = bucketsOf(durations);
  const [p50, p99] = [quantile(buckets, 0.5), quantile(buckets, 0.99)];
  return { batches, rows, p50, p99, perSecond: rows / seconds };
}

const sumOf = (series: readonly MetricSeries[], part: 'sum' | 'count'): number =>
  series.reduce((total, one) => (one.part === part ? total + one.value : total), 0);

/** Upper bounds and how many are at most that, smallest first, over all stages that the version had. */
function bucketsOf(series: readonly MetricSeries[]): readonly (readonly [bound: number, count: number])[] {
  const counts = new Map<number, number>();
  for (const { part, labels, value } of series) {
    if (part !== 'bucket') continue;
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/**
 * As Prometheus' `histogram_quantile`: even within a bucket, and the last bound there is where it lies beyond.
 *
 * @param buckets cumulative, of at least one observation
 */
export function quantile(
  buckets: readonly (readonly [bound: number, count: number])[],
  share: number,
): number {
  const wanted = share * (buckets.at(-1)?.[1] ?? 0);
  let [below, before] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= wanted)
      return Number.isFinite(bound)
        ? below + ((bound - below) * (wanted - before)) / (count - before)
        : below;
    [below, before] = [bound, count];
  }
  return below;
}
