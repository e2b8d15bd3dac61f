import type { Histogram } from '@tidewatch/api/schemas';

export interface ChartSeries {
  readonly key: string;
  readonly label: string;
  /** CSS variable of the colour, e.g. `--critical`. */
  readonly colour: string;
}

/** Count of one series in a bucket; a chart of one series shows the whole bucket. */
export const countOf = (bucket: Histogram['buckets'][number], key: string, alone: boolean): number =>
  bucket.split?.[key] ?? (alone ? bucket.count : 0);

/** When a bucket ends: days are not all of one length. */
export const endOf = ({ buckets, stepMs }: Histogram, at: number): number =>
  buckets[at + 1]?.start ?? (buckets[at]?.start ?? 0) + stepMs;

/** What all buckets count. */
export const totalOf = ({ buckets }: Histogram): number =>
  buckets.reduce((sum, bucket) => sum + bucket.count, 0);

/** Rows for uPlot: times, then each series with all before it added, largest first so that the smaller are drawn over it. */
export function stack(histogram: Histogram, series: readonly ChartSeries[]): [number[], ...number[][]] {
  const times = histogram.buckets.map(({ start }) => start);
  const sums: number[] = new Array(times.length).fill(0);
  const rows = series.map(({ key }) => {
    histogram.buckets.forEach((bucket, i) => {
      sums[i] = (sums[i] ?? 0) + countOf(bucket, key, series.length === 1);
    });
    return [...sums];
  });
  return [times, ...rows.reverse()];
}
