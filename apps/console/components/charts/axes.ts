import type uPlot from 'uplot';
import { dayStart, wallClock } from '../../view/wall-clock.ts';

const day = 86_400_000;

/** A moment on an axis whose ticks are `step` milliseconds apart. */
export function tickLabel(time: number, step: number): string {
  const { day: date, minute, second } = wallClock(time);
  if (step >= day || time === dayStart(time)) return date;
  return step < 60_000 ? second : minute;
}

/** Reads the theme's colours, by the name of their CSS variable. */
export function themeColours(): (name: string) => string {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}

export type Colour = ReturnType<typeof themeColours>;

/**
 * What all charts over time share. @param values of the upright axis: how wide it is, how far its ticks are apart (pixels), and
 * how they are written
 */
export function frame(
  target: HTMLElement,
  colour: Colour,
  values: { readonly size: number; readonly space?: number; readonly write?: (value: number) => string },
) {
  const { size, space = 28, write } = values;
  const axis = {
    stroke: colour('--faint'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: colour('--line'), width: 1 },
    gap: 4,
  };
  return {
    ...{ width: target.clientWidth, height: target.clientHeight, ms: 1 as const },
    padding: [8, 12, 0, 0] as [number, number, number, number],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    // uPlot puts ticks where the clocks of the browser's zone are round: these show what those of the chosen one do.
    tzDate: (time: number): Date => new Date(`${wallClock(time).date}T${wallClock(time).millisecond}`),
    axes: [
      {
        ...axis,
        ...{ size: 22, space: 80, grid: { show: false } },
        values: (_: uPlot, splits: number[], __: number, ___: number, step: number) =>
          splits.map((time) => tickLabel(time, step)),
      },
      {
        ...{ ...axis, size, space },
        ...(write && { values: (_: uPlot, splits: number[]) => splits.map(write) }),
      },
    ],
  };
}

/** Of a line that nobody points at. */
export const line = { points: { show: false }, spanGaps: false };

/** A colour to fill with, behind lines. */
export const wash = (colour: Colour): string => `color-mix(in srgb, ${colour('--accent')} 16%, transparent)`;
