import type { Compared } from './firing.ts';
import { largestCount } from './parse.ts';
import type { CorrelationType } from './rule.ts';
import type { Value } from './timeline.ts';

/** What is counted of one window so far. */
export interface Tally {
  /** When the window begins, epoch milliseconds, and what it is compared with. */
  readonly compared: Compared;
  events: number;
  sum: number;
  /** How many values were numbers. */
  numbers: number;
  /** Different values; made when the first one comes. */
  values: Set<string> | null;
  /** Those that a branch has besides. */
  readonly more: Set<string> | null;
  /** The event that made the window fire. */
  fired: { readonly at: number; readonly dataClass: number } | null;
}

export type SavedTally = Omit<Tally, 'values' | 'more'> & { readonly values: readonly string[] | null };

export const openTally = (compared: Compared): Tally => ({
  compared,
  events: 0,
  sum: 0,
  numbers: 0,
  values: null,
  more: null,
  fired: null,
});

/** One that goes on by itself. */
export const branch = (tally: Tally): Tally => ({ ...tally, more: new Set() });

export const distinct = ({ values, more }: Tally): number => (values?.size ?? 0) + (more?.size ?? 0);

/** Counts an event. Of different values no more are kept than a condition can ask for. */
export function take(tally: Tally, value: Value): void {
  tally.events++;
  if (typeof value === 'number') {
    tally.sum += value;
    tally.numbers++;
  } else if (value !== null && tally.values?.has(value) !== true && distinct(tally) < largestCount) {
    tally.values ??= new Set();
    (tally.more ?? tally.values).add(value);
  }
}

/** The window's value; null for a mean of nothing. */
export function measure(tally: Tally, type: CorrelationType): number | null {
  const { events, sum, numbers } = tally;
  if (type === 'event_count') return events;
  if (type === 'value_count') return distinct(tally);
  if (type === 'value_sum') return sum;
  return numbers === 0 ? null : sum / numbers;
}

export const savedTally = ({ more: _, values, ...rest }: Tally): SavedTally => ({
  ...rest,
  values: values === null ? null : [...values],
});

export const readTally = ({ values, ...rest }: SavedTally): Tally => ({
  ...rest,
  values: values === null ? null : new Set(values),
  more: null,
});
