import uPlot from 'uplot';
import { plainAxis, themeColours, tickLabel } from './axes.ts';

/** Draws one line from zero to `top`. @param times epoch milliseconds */
export function drawLineChart(
  target: HTMLElement,
  times: readonly number[],
  values: readonly number[],
  top: number,
): uPlot {
  const colour = themeColours();
  const axis = plainAxis(colour);
  return new uPlot(
    {
      width: target.clientWidth,
      height: target.clientHeight,
      ms: 1,
      padding: [10, 12, 0, 0],
      legend: { show: false },
      scales: { x: {}, y: { range: [0, top] } },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      axes: [
        {
          ...axis,
          ...{ size: 22, gap: 4, space: 80 },
          grid: { show: false },
          values: (_, splits, __, ___, step) => splits.map((time) => tickLabel(time, step)),
        },
        { ...axis, size: 40, gap: 4, space: 28 },
      ],
      series: [
        {},
        {
          points: { show: false },
          stroke: colour('--accent'),
          width: 1.5,
          fill: `color-mix(in srgb, ${colour('--accent')} 16%, transparent)`,
        },
      ],
    },
    [[...times], [...values]],
    target,
  );
}
