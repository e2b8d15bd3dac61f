import type { Histogram } from '@tidewatch/api/schemas';
import { shortTime } from '../../view/moment.ts';
import { count } from '../../view/quantity.ts';
import { type ChartSeries, countOf, endOf } from './stack.ts';

/** The chart's numbers; each row's time sets the range to its bucket. */
export function HistogramTable({
  histogram,
  series,
  onBrush,
}: {
  readonly histogram: Histogram;
  readonly series: readonly ChartSeries[];
  readonly onBrush: (from: number, to: number) => void;
}) {
  const filled = histogram.buckets.flatMap((bucket, i) =>
    bucket.count > 0 ? [{ ...bucket, end: endOf(histogram, i) }] : [],
  );
  return (
    <div className="h-full overflow-y-auto px-3" tabIndex={0} role="region" aria-label="Counts over time">
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-panel text-xs text-faint">
          <tr>
            <th scope="col" className="text-left font-medium">
              From
            </th>
            {series.map(({ key, label }) => (
              <th key={key} scope="col" className="text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {filled.map((bucket) => (
            <tr key={bucket.start} className="border-t border-line">
              <td>
                <button
                  type="button"
                  onClick={() => onBrush(bucket.start, bucket.end)}
                  className="figure h-7 rounded text-left text-accent hover:underline"
                >
                  {shortTime(bucket.start, Date.now())}
                </button>
              </td>
              {series.map(({ key }) => (
                <td key={key} className="figure text-right">
                  {count(countOf(bucket, key, series.length === 1))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {filled.length === 0 && <p className="py-3 text-soft">Nothing in this time range.</p>}
    </div>
  );
}
