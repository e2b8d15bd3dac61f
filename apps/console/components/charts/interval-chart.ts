import type { DetectorSeries } from '@tidewatch/api/schemas';
import uPlot from 'uplot';
import type { BandRows } from '../../view/anomaly.ts';
import { figure } from '../../view/forecast.ts';
import { type Colour, frame, line, themeColours, wash } from './axes.ts';

const axis = { size: 48, write: figure };

/** Marks the interval that is open. */
const marking = (at: number | null, colour: Colour) => (plot: uPlot) => {
  if (at === null) return;
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = colour('--high');
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
};

/** Draws scores from 0 to 1, with the one that alerts begin at. @param at start of the interval to mark, epoch ms */
export function drawScores(
  target: HTMLElement,
  points: DetectorSeries['points'],
  threshold: number,
  at: number | null,
): uPlot {
  const colour = themeColours();
  return new uPlot(
    {
      ...frame(target, colour, axis),
      scales: { x: {}, y: { range: [0, 1] } },
      series: [
        {},
        { ...line, stroke: colour('--bad'), width: 1, dash: [4, 3] },
        { ...line, stroke: colour('--accent'), width: 1.5 },
      ],
      hooks: { draw: [marking(at, colour)] },
    },
    [points.map(({ from }) => from), points.map(() => threshold), points.map(({ score }) => score)],
    target,
  );
}

/** Draws what was and what was expected of a feature, and its band. @param at start of the interval to mark, epoch ms */
export function drawIntervals(target: HTMLElement, rows: BandRows, at: number | null): uPlot {
  const colour = themeColours();
  const edge = { ...line, stroke: 'transparent', width: 0 };
  return new uPlot(
    {
      ...frame(target, colour, axis),
      scales: {
        x: {},
        y: { range: (_, least, most) => [Math.min(0, least), most + (most - least || 1) * 0.08] },
      },
      bands: [{ series: [2, 1], fill: wash(colour) }],
      series: [
        {},
        edge,
        edge,
        { ...line, stroke: colour('--accent'), width: 1.5, dash: [5, 4] },
        { ...line, stroke: colour('--ink'), width: 1.5 },
      ],
      hooks: { draw: [marking(at, colour)] },
    },
    [[...rows.times], [...rows.lower], [...rows.upper], [...rows.expected], [...rows.actual]],
    target,
  );
}
