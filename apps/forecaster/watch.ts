import { createMonitor, type Monitor, restoreMonitor } from '@tidewatch/forecast';
import type { KeptSeries } from './series_file.ts';
import type { Target } from './targets.ts';

const day = 86_400;

/** What a monitor is told of a target. */
const watched = ({ leastAbsolute, leastRelative, direction }: Target, quietDays: number) => ({
  quietDays,
  ...{ leastAbsolute, leastRelative },
  direction: ({ both: 'both', above: 'up', below: 'down' } as const)[direction],
});

/** One that goes on with what is kept, where it is of the same seasons and clocks. */
export function keptMonitor(
  target: Target,
  quietDays: number,
  kept: KeptSeries | undefined,
): Monitor | undefined {
  return kept === undefined ||
    String(kept.head.seasons) !== String(target.seasons) ||
    kept.head.zone !== target.zone
    ? undefined
    : restoreMonitor(kept.monitor, watched(target, quietDays));
}

/** A new one, that has seen what is there. */
export function replayed(target: Target, quietDays: number, values: Float64Array, first: number): Monitor {
  const { step, seasons, zone } = target;
  const monitor = createMonitor({
    ...{ step, seasons, ...watched(target, quietDays) },
    ...(zone !== undefined && { zone }),
  });
  // Two weeks are all that a weekly season needs.
  const from = Math.max(0, values.length - Math.round((15 * day) / step));
  for (let i = from; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isNaN(value)) monitor.observe((first + i) * step, value);
  }
  return monitor;
}
