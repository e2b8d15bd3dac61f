import type { Histogram } from '@tidewatch/api/schemas';
import uPlot from 'uplot';
import { frame, themeColours } from './axes.ts';
import { type ChartSeries, endOf, stack } from './stack.ts';

/** Draws the histogram; `onBrush` gets the dragged range, `onHover` the bucket under the pointer. */
export function drawStackedBars(
  target: HTMLElement,
  histogram: Histogram,
  series: readonly ChartSeries[],
  handlers: {
    readonly onBrush: (from: number, to: number) => void;
    readonly onHover: (bucket: number | null) => void;
  },
): uPlot {
  const colour = themeColours();
  const bars = uPlot.paths.bars?.({ size: [0.86, 28], align: 1, radius: 0.08 });
  const shared = frame(target, colour, { size: 38, space: 24, write: whole });
  return new uPlot(
    {
      ...shared,
      padding: [6, 8, 0, 0],
      scales: {
        x: { range: [histogram.from, Math.max(histogram.to, histogram.from + histogram.stepMs)] },
        y: { range: (_, __, max) => [0, Math.max(4, max * 1.08)] },
      },
      cursor: { ...shared.cursor, drag: { x: true, y: false, setScale: false } },
      series: [
        {},
        ...[...series].reverse().map(({ label, colour: name }) => ({
          label,
          fill: colour(name),
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        })),
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const { left } = plot.cursor;
            if (left === undefined || left < 0) return handlers.onHover(null);
            const time = plot.posToVal(left, 'x');
            const bucket = histogram.buckets.findLastIndex(({ start }) => start <= time);
            handlers.onHover(bucket >= 0 && time < endOf(histogram, bucket) ? bucket : null);
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 3) return;
            handlers.onBrush(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
            plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          },
        ],
      },
    },
    stack(histogram, series) as uPlot.AlignedData,
    target,
  );
}

/** Counts are whole, and those of many thousands short. */
const whole = (value: number): string =>
  Number.isInteger(value) ? (value >= 10_000 ? `${value / 1_000}k` : String(value)) : '';
