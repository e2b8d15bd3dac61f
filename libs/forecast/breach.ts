import type { Growth } from './growth.ts';

/** A share of what comes, and how many steps it stays. */
export interface Lifetime {
  /** 0 to 1; the shares of all lifetimes add up to 1 at the most, what is left over stays for ever. */
  readonly share: number;
  readonly steps: number;
}

export interface Path {
  /** Now. */
  readonly level: number;
  /** What comes per step. */
  readonly rate: number;
  /** Of what is there now, how much will have gone by each step, from step 0; after its end as at its end. */
  readonly leaving: Float64Array;
  readonly lifetimes: readonly Lifetime[];
}

/**
 * A level with what comes and goes, step by step: what is there now leaves as it is known to, what comes leaves when it
 * has lived its time. So it levels off where every lifetime ends.
 *
 * @param steps how far to look
 * @returns the level at steps 0 to `steps`
 */
export function project({ level, rate, leaving, lifetimes }: Path, steps: number): Float64Array {
  const path = new Float64Array(steps + 1);
  for (let step = 0; step <= steps; step++) {
    let held = rate * step;
    for (const { share, steps: life } of lifetimes) held -= rate * share * Math.max(0, step - life);
    const gone = leaving.length === 0 ? 0 : (leaving[Math.min(step, leaving.length - 1)] as number);
    path[step] = level + held - gone;
  }
  return path;
}

export interface BreachRequest extends Omit<Path, 'rate'> {
  readonly growth: Growth;
  readonly limit: number;
  /** How far to look. */
  readonly steps: number;
}

/** When a level reaches its limit, in steps from now, fractions included; absent where it does not within the horizon. */
export interface Breach {
  /** At the upper edge of the growth's interval. */
  readonly soonest?: number;
  readonly likely?: number;
  /** At the lower edge. */
  readonly latest?: number;
  /** The highest level within the horizon, at the likely growth. */
  readonly peak: number;
}

/** When a level that grows so, and leaves so, reaches a limit. */
export function breachOf({ growth, limit, steps, ...path }: BreachRequest): Breach {
  const at = (rate: number): Float64Array => project({ ...path, rate }, steps);
  const expected = at(growth.likely);
  const [soonest, likely, latest] = [at(growth.high), expected, at(growth.low)].map((levels) =>
    firstReach(levels, limit),
  );
  return {
    ...(soonest !== undefined && { soonest }),
    ...(likely !== undefined && { likely }),
    ...(latest !== undefined && { latest }),
    peak: expected.reduce((most, level) => Math.max(most, level)),
  };
}

function firstReach(path: Float64Array, limit: number): number | undefined {
  const step = path.findIndex((level) => level >= limit);
  if (step < 0) return undefined;
  if (step === 0) return 0;
  const before = path[step - 1] as number;
  return step - 1 + (limit - before) / ((path[step] as number) - before);
}
