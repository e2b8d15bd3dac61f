'use client';
import type { Histogram } from '@tidewatch/api/schemas';
import { lazy, Suspense, useEffect, useState } from 'react';
import { shortTime } from '../../view/moment.ts';
import { count, plural } from '../../view/quantity.ts';
import { ChartOrTable, TableToggle } from './chart-or-table.tsx';
import { type ChartSeries, countOf, endOf, totalOf } from './stack.ts';

// Not needed before the counts are there; it comes while they are asked for.
const loadBars = () => import('./histogram-bars.tsx').then((module) => ({ default: module.HistogramBars }));
const HistogramBars = lazy(loadBars);
const loading = (
  <div className="skeleton mx-3 mb-2 h-[calc(100%-8px)]" role="status" aria-label="Loading the histogram" />
);

type Bucket = Histogram['buckets'][number];

/** Each time with something in it, and its end. */
const filledOf = (histogram: Histogram) =>
  histogram.buckets.flatMap((bucket, i) =>
    bucket.count > 0 ? [{ ...bucket, end: endOf(histogram, i) }] : [],
  );

/** Counts over time; drag over it to set the range, or use its table. */
export function HistogramPanel({
  histogram,
  series,
  what,
  onBrush,
  busy,
  error,
}: {
  readonly histogram: Histogram | undefined;
  readonly series: readonly ChartSeries[];
  /** One of what is counted, e.g. `alert`. */
  readonly what: string;
  readonly onBrush: (from: number, to: number) => void;
  readonly busy: boolean;
  readonly error: Error | null;
}) {
  const [hovered, setHovered] = useState<number | null>(null);
  useEffect(() => void loadBars(), []);
  const total = histogram === undefined ? 0 : totalOf(histogram);
  const bucket = hovered === null ? undefined : histogram?.buckets[hovered];
  const until = histogram && hovered !== null ? endOf(histogram, hovered) : 0;
  return (
    <section
      aria-label={`Histogram of ${what}s`}
      className={`flex h-full min-w-0 flex-1 flex-col ${busy ? 'opacity-70' : ''}`}
    >
      <div className="flex h-7 items-center gap-3 pl-3 text-xs text-soft">
        {histogram === undefined ? null : bucket === undefined ? (
          <span className={error === null ? '' : 'text-warn'}>
            {error !== null && 'From before: '}
            <strong className="figure font-semibold text-ink">{count(total)}</strong>{' '}
            {total === 1 ? what : `${what}s`} over time · drag to zoom
          </span>
        ) : (
          <span className="figure flex min-w-0 gap-3 truncate">
            <span className="text-ink">
              {shortTime(bucket.start, Date.now())} – {shortTime(until, Date.now())}
            </span>
            <span>{plural(bucket.count, what)}</span>
            {series.length > 1 &&
              series
                .filter(({ key }) => countOf(bucket, key, false) > 0)
                .map(({ key, label }) => (
                  <span key={key}>
                    {label} {count(countOf(bucket, key, false))}
                  </span>
                ))}
          </span>
        )}
        <TableToggle className="ml-auto" />
      </div>
      <div className="min-h-0 flex-1">
        {histogram === undefined && error !== null ? (
          <p role="status" className="px-3 py-2 text-sm text-soft">
            No histogram: {error.message}
          </p>
        ) : histogram === undefined ? (
          loading
        ) : (
          <ChartOrTable
            label="Counts over time"
            rows={filledOf(histogram)}
            rowKey={({ start }) => start}
            columns={[
              {
                title: 'From',
                cell: ({ start, end }) => (
                  <button
                    type="button"
                    onClick={() => onBrush(start, end)}
                    className="h-7 rounded text-left text-accent hover:underline"
                  >
                    {shortTime(start, Date.now())}
                  </button>
                ),
              },
              ...series.map(({ key, label }) => ({
                title: label,
                right: true,
                cell: (bucket: Bucket) => count(countOf(bucket, key, series.length === 1)),
              })),
            ]}
            className="h-full"
            chart={
              <Suspense fallback={loading}>
                <HistogramBars
                  histogram={histogram}
                  series={series}
                  label={`${plural(total, what)} over time`}
                  onBrush={onBrush}
                  onHover={setHovered}
                />
              </Suspense>
            }
          />
        )}
      </div>
    </section>
  );
}
