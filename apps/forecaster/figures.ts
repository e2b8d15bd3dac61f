import type { Band } from './fit.ts';
import { type Coverage, type Lead, leads, type RelativeError } from './hindsight.ts';

/** How far ahead forecasts are told, by label, seconds. */
export const horizons = { '0s': 0, '1h': leads['1h'], '4h': 4 * leads['1h'], '24h': leads['24h'] } as const;
export type Horizon = keyof typeof horizons;

/** Edges at a horizon: of the 80 % band, and of the 99 % band. */
export interface Ahead {
  readonly expected: number;
  readonly inner: readonly [lower: number, upper: number];
  readonly outer: readonly [lower: number, upper: number];
}

/** What is known of a series at a moment. Times are epoch seconds; NaN is what is not known. */
export interface Figures {
  readonly name: string;
  readonly target: string;
  readonly state: 'waiting' | 'learning' | 'ready' | 'stale';
  readonly values: number;
  readonly lastSample: number;
  readonly actual: number;
  /** 0 as expected, 1 at the edge of the 99 % band. */
  readonly score: number;
  readonly ahead: Readonly<Record<Horizon, Ahead>>;
  readonly limit: number;
  /** When what is expected (0), and the edge of each band, passes the limit; +Infinity: not within a day. */
  readonly breach: Readonly<Record<'0' | '0.8' | '0.99', number>>;
  readonly coverage: Coverage;
  readonly relativeError: RelativeError;
  /** The same of the back-test that methods were chosen by. */
  readonly backtest: Readonly<Record<Lead, number>>;
  readonly method: string;
  /** Seconds; 0 where it has none. */
  readonly season: number;
  readonly lastFit: number;
}

/** What a series was, what was said of it, and what is said of the next day. */
export interface Detail {
  /** Epoch seconds; each stands for what begins there. */
  readonly times: Float64Array;
  readonly actual: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly future: {
    readonly times: Float64Array;
    readonly expected: Float64Array;
    readonly inner: Band;
    readonly outer: Band;
  };
}
