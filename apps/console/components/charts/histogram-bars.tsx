'use client';
import type { Histogram } from '@tidewatch/api/schemas';
import { useEffect, useRef } from 'react';
import type { ChartSeries } from './stack.ts';
import { drawStackedBars } from './stacked-bars.ts';
import { useChart } from './use-chart.ts';

/** The histogram as bars, stacked by series. */
export function HistogramBars({
  histogram,
  series,
  label,
  onBrush,
  onHover,
}: {
  readonly histogram: Histogram;
  readonly series: readonly ChartSeries[];
  readonly label: string;
  readonly onBrush: (from: number, to: number) => void;
  readonly onHover: (bucket: number | null) => void;
}) {
  const brush = useRef(onBrush);
  useEffect(() => {
    brush.current = onBrush;
  });
  const target = useChart(
    (element) =>
      drawStackedBars(element, histogram, series, {
        onBrush: (from, to) => brush.current(from, to),
        onHover,
      }),
    [histogram, series, onHover],
  );
  return <div ref={target} role="img" aria-label={label} className="chart h-full w-full overflow-hidden" />;
}
