import { breachOf, growthOf } from '@tidewatch/forecast';
import { createDice } from './series.ts';

const step = 600;
const day = 86_400 / step;

/**
 * A level that leaks, as memory or a disk does: it grows towards its limit with a daily swing and noise on top. A look at it
 * every ten minutes, by what it gained over whole days.
 *
 * @returns minutes before it reached the limit since when a breach within the next day was expected without a break; 0 where
 * it came unexpected
 */
export function leakWarning(seed: number): number {
  const { between, normal } = createDice(seed);
  const limit = 1_000;
  const [perDay, swing, noise] = [between(20, 60), between(1, 10), between(0.5, 4)];
  const levels: number[] = [];
  let warnedAt: number | undefined;
  for (let t = 0; ; t++) {
    const level = 500 + (perDay * t) / day + swing * Math.sin((2 * Math.PI * t) / day) + noise * normal();
    if (level >= limit) return warnedAt === undefined ? 0 : ((t - warnedAt) * step) / 60;
    levels.push(level);
    const growth = growthOf(Float64Array.from(levels.slice(-28 * day)), day);
    const breach =
      growth === undefined
        ? undefined
        : breachOf({ level, leaving: new Float64Array(0), lifetimes: [], growth, limit, steps: day });
    if (breach?.likely === undefined) warnedAt = undefined;
    else warnedAt ??= t;
  }
}
