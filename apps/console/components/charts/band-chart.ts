import uPlot from 'uplot';
import { type ChartRows, figure } from '../../view/forecast.ts';
import { frame, line, themeColours, wash } from './axes.ts';

/** Draws what was, its band, and what is expected; `onHover` gets the row under the pointer. */
export function drawBandChart(
  target: HTMLElement,
  rows: ChartRows,
  limit: number | null,
  onHover: (row: number | null) => void,
): uPlot {
  const colour = themeColours();
  const edge = { ...line, stroke: 'transparent', width: 0 };
  const now = rows.times[rows.ahead - 1];
  return new uPlot(
    {
      ...frame(target, colour, { size: 56, space: 32, write: figure }),
      scales: { x: {}, y: { range: (_, min, max) => rangeOf(min, max, limit) } },
      bands: [
        { series: [2, 1], fill: wash(colour) },
        { series: [4, 3], fill: wash(colour) },
      ],
      series: [
        {},
        { ...edge, label: 'lower 99' },
        { ...edge, label: 'upper 99' },
        { ...edge, label: 'lower 80' },
        { ...edge, label: 'upper 80' },
        { ...line, label: 'expected', stroke: colour('--accent'), width: 1.5, dash: [5, 4] },
        { ...line, label: 'actual', stroke: colour('--ink'), width: 1.5 },
      ],
      hooks: {
        draw: [
          (plot) => {
            if (now !== undefined) upright(plot, now, colour('--line-strong'));
            if (limit !== null) level(plot, limit, colour('--bad'));
          },
        ],
        setCursor: [({ cursor }) => onHover(cursor.idx ?? null)],
      },
    },
    [
      rows.times,
      rows.lower99,
      rows.upper99,
      rows.lower80,
      rows.upper80,
      rows.expected,
      rows.actual,
    ] as uPlot.AlignedData,
    target,
  );
}

/** From zero where nothing is below, with the limit in sight where what is drawn comes near it. */
function rangeOf(min: number, max: number, limit: number | null): [number, number] {
  const near = limit !== null && limit < max * 2 + 1 && limit > min - Math.abs(max) ? limit : max;
  const top = Math.max(max, near);
  const low = Math.min(0, min);
  return [low, top + (top - low || 1) * 0.08];
}

function stroke(plot: uPlot, colour: string, from: [number, number], to: [number, number]): void {
  const { ctx } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
  ctx.restore();
}

function upright(plot: uPlot, time: number, colour: string): void {
  const x = plot.valToPos(time, 'x', true);
  stroke(plot, colour, [x, plot.bbox.top], [x, plot.bbox.top + plot.bbox.height]);
}

function level(plot: uPlot, value: number, colour: string): void {
  const y = plot.valToPos(value, 'y', true);
  if (y < plot.bbox.top) return;
  stroke(plot, colour, [plot.bbox.left, y], [plot.bbox.left + plot.bbox.width, y]);
}
