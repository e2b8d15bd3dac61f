import uPlot from 'uplot';
import { frame, line, themeColours, wash } from './axes.ts';

/** Draws one line from zero to `top`. @param times epoch milliseconds */
export function drawLineChart(
  target: HTMLElement,
  times: readonly number[],
  values: readonly number[],
  top: number,
): uPlot {
  const colour = themeColours();
  return new uPlot(
    {
      ...frame(target, colour, { size: 40 }),
      scales: { x: {}, y: { range: [0, top] } },
      series: [{}, { ...line, stroke: colour('--accent'), width: 1.5, fill: wash(colour) }],
    },
    [[...times], [...values]],
    target,
  );
}
