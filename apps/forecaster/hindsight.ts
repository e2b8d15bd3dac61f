import type { Choice, Expectation } from '@tidewatch/forecast';
import { type Fit, pathAt } from './fit.ts';
import { meansOf, type Track } from './track.ts';

const hour = 3_600;
const day = 86_400;
const keptDays = 7;
/** How far ahead of a value forecasts of it are held against it, seconds. */
export const leads = { '1h': hour, '24h': day } as const;
export type Lead = keyof typeof leads;
export const windows = { '1d': day, '7d': 7 * day } as const;
export type Window = keyof typeof windows;

/** Share of values that a band held, by its level and the window. NaN where none is known. */
export type Coverage = Readonly<Record<'0.8' | '0.99', Readonly<Record<Window, number>>>>;
/** Mean absolute error by that of seasonal-naive, by lead and window. */
export type RelativeError = Readonly<Record<Lead, Readonly<Record<Window, number>>>>;

/** What was said of a value before it came. */
export type Said = Pick<Expectation, 'expected' | 'lower' | 'upper'>;

/** What was said of values before they came, for a week, and how right it was. */
export interface Hindsight {
  /** Notes what the monitor expected of the value at a step, which the track has by then. */
  readonly note: (step: number, said: Said) => void;
  /** What was said of a step; NaN where nothing was. `inner` is half the width of the 80 % band. */
  readonly said: (step: number) => {
    readonly expected: number;
    readonly lower: number;
    readonly upper: number;
    readonly inner: number;
  };
  /** Notes what a fit says of the bins that are an hour and a day from this one, and what seasonal-naive would. */
  readonly look: (fit: Fit, now: number) => void;
  readonly coverage: (now: number) => Coverage;
  readonly relativeError: (now: number) => RelativeError;
  /** All of it for {@link createHindsight}. */
  readonly save: () => SavedHindsight;
}

export interface SavedHindsight {
  readonly rings: Readonly<Record<string, Float32Array>>;
  /** Numbers of the newest step noted and of the newest bin looked from, -1 before; and by how much a band is narrowed. */
  readonly marks: readonly [step: number, bin: number, share: number | null, sharedAt: number];
}

const fewest = 60;
/** How long the 80 % band is what part of the 99 % band it was, seconds. */
const shareLasts = 6 * hour;

/** @param saved of an earlier one; what does not fit is left out */
export function createHindsight(
  track: Track,
  step: number,
  bin: number,
  saved: SavedHindsight = { rings: {}, marks: [-1, -1, null, -1] },
): Hindsight {
  const kept = Math.round((keptDays * day) / step);
  const bins = Math.round(((keptDays + 2) * day) / bin);
  const ring = (name: string, length: number): Float32Array =>
    saved.rings[name]?.length === length ? saved.rings[name] : new Float32Array(length).fill(Number.NaN);
  const expected = ring('expected', kept);
  const lower = ring('lower', kept);
  const upper = ring('upper', kept);
  const inner = ring('inner', kept);
  const forecasts = { '1h': ring('ahead_1h', bins), '24h': ring('ahead_24h', bins) };
  const naives = { '1h': ring('naive_1h', bins), '24h': ring('naive_24h', bins) };
  let [newest, lookedFrom, , sharedAt] = saved.marks;
  let share = saved.marks[2] ?? Number.NaN;

  function forget(rings: readonly Float32Array[], from: number, to: number): void {
    for (const each of rings)
      for (let at = Math.max(from, to - each.length); at < to; at++) each[at % each.length] = Number.NaN;
  }

  const within = (at: number): boolean => at >= 0 && at <= newest && at > newest - kept;

  /** By what factor the 99 % band is to be narrowed to hold 80 % of the week; NaN with fewer than 60 values. */
  function innerShare(): number {
    const shares: number[] = [];
    for (let at = Math.max(0, newest - kept + 1); at <= newest; at++) {
      const half = ((upper[at % kept] as number) - (lower[at % kept] as number)) / 2;
      const share = Math.abs(track.at(at) - (expected[at % kept] as number)) / half;
      if (Number.isFinite(share)) shares.push(share);
    }
    if (shares.length < fewest) return Number.NaN;
    const sorted = Float64Array.from(shares).sort();
    return sorted[Math.min(sorted.length - 1, Math.ceil(0.8 * sorted.length))] as number;
  }

  return {
    note(at, said) {
      // From what was before this value only, so that what the band holds is a test of it.
      if (at - sharedAt >= (Number.isNaN(share) ? fewest : shareLasts / step)) {
        share = innerShare();
        sharedAt = at;
      }
      if (newest >= 0) forget([expected, lower, upper, inner], newest + 1, at);
      newest = at;
      expected[at % kept] = said.expected;
      lower[at % kept] = said.lower;
      upper[at % kept] = said.upper;
      inner[at % kept] = (share * (said.upper - said.lower)) / 2;
    },
    said: (at) =>
      within(at)
        ? {
            expected: expected[at % kept] as number,
            lower: lower[at % kept] as number,
            upper: upper[at % kept] as number,
            inner: inner[at % kept] as number,
          }
        : { expected: Number.NaN, lower: Number.NaN, upper: Number.NaN, inner: Number.NaN },
    look(fit, now) {
      const current = Math.floor(now / bin);
      if (current === lookedFrom) return;
      for (const lead of ['1h', '24h'] as const) {
        const ahead = Math.round(leads[lead] / bin);
        const target = current + ahead;
        if (lookedFrom >= 0) forget([forecasts[lead], naives[lead]], lookedFrom + ahead + 1, target);
        const season = Math.round((fit.seasons.at(-1) ?? 0) / bin);
        const like = season >= ahead ? target - season : current - 1;
        forecasts[lead][target % bins] = pathAt(fit, fit.expected, (target + 0.5) * bin);
        naives[lead][target % bins] = meansOf(track, bin / step, like, like + 1)[0] as number;
      }
      lookedFrom = current;
    },
    coverage(now) {
      const last = Math.min(newest, Math.floor(now / step));
      const held = (seconds: number, half: (at: number) => readonly [number, number]): number => {
        let inside = 0;
        let known = 0;
        for (let at = Math.max(0, last - Math.round(seconds / step) + 1); at <= last; at++) {
          const value = track.at(at);
          const [low, high] = half(at % kept);
          if (!within(at) || Number.isNaN(value) || Number.isNaN(low)) continue;
          known++;
          if (value >= low && value <= high) inside++;
        }
        return known === 0 ? Number.NaN : inside / known;
      };
      const outerEdges = (i: number) => [lower[i] as number, upper[i] as number] as const;
      const innerEdges = (i: number) =>
        [
          (expected[i] as number) - (inner[i] as number),
          (expected[i] as number) + (inner[i] as number),
        ] as const;
      return {
        '0.8': { '1d': held(windows['1d'], innerEdges), '7d': held(windows['7d'], innerEdges) },
        '0.99': { '1d': held(windows['1d'], outerEdges), '7d': held(windows['7d'], outerEdges) },
      };
    },
    relativeError(now) {
      const current = Math.floor(now / bin);
      const all = meansOf(track, bin / step, current - Math.round((keptDays * day) / bin), current);
      const of = (lead: Lead, seconds: number): number => {
        let own = 0;
        let naive = 0;
        const count = Math.round(seconds / bin);
        for (let i = all.length - count; i < all.length; i++) {
          const at = current - all.length + i;
          const mean = all[i] as number;
          const [said, like] = [forecasts[lead][at % bins] as number, naives[lead][at % bins] as number];
          if (Number.isNaN(mean + said + like)) continue;
          own += Math.abs(mean - said);
          naive += Math.abs(mean - like);
        }
        return naive > 0 ? own / naive : Number.NaN;
      };
      return {
        '1h': { '1d': of('1h', windows['1d']), '7d': of('1h', windows['7d']) },
        '24h': { '1d': of('24h', windows['1d']), '7d': of('24h', windows['7d']) },
      };
    },
    save: () => ({
      rings: {
        ...{ expected, lower, upper, inner },
        ...{ ahead_1h: forecasts['1h'], ahead_24h: forecasts['24h'] },
        ...{ naive_1h: naives['1h'], naive_24h: naives['24h'] },
      },
      marks: [newest, lookedFrom, Number.isNaN(share) ? null : share, sharedAt],
    }),
  };
}

/**
 * Mean absolute error by that of seasonal-naive in the back-test that methods were chosen by: over the hour before each lead.
 * It stands for {@link RelativeError} until that is known.
 */
export function backtestedError(
  { errors, naiveErrors }: Choice,
  bin: number,
): Readonly<Record<Lead, number>> {
  const of = (lead: Lead): number => {
    const end = Math.round(leads[lead] / bin);
    let own = 0;
    let naive = 0;
    for (const [k, path] of errors.entries())
      for (let step = Math.max(0, end - Math.round(hour / bin)); step < end; step++) {
        const [error, like] = [path[step] ?? Number.NaN, naiveErrors[k]?.[step] ?? Number.NaN];
        if (Number.isNaN(error + like)) continue;
        own += Math.abs(error);
        naive += Math.abs(like);
      }
    return naive > 0 ? own / naive : Number.NaN;
  };
  return { '1h': of('1h'), '24h': of('24h') };
}
