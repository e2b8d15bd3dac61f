'use client';
import type { Histogram } from '@tidewatch/api/schemas';
import { useEffect, useRef } from 'react';
import { Chart } from './chart.tsx';
import type { ChartSeries } from './stack.ts';
import { drawStackedBars } from './stacked-bars.ts';

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
  return (
    <Chart
      label={label}
      draw={(element) =>
        drawStackedBars(element, histogram, series, {
          onBrush: (from, to) => brush.current(from, to),
          onHover,
        })
      }
      shown={[histogram, series, onHover]}
    />
  );
}
