import { alternatives, holds } from './expression.ts';
import type { Journey } from './firing.ts';
import { createOrderScanner } from './order.ts';
import type { PlanNode } from './plan.ts';
import type { Bound, BoundOperator } from './rule.ts';
import { range, type Timeline } from './timeline.ts';
import { createTravelScanner } from './travel.ts';

/** Follows a window over a timeline. What enters is ever later, and what leaves is ever the oldest. */
export interface Scanner {
  /** The occurrences `from` to `to` (exclusive), all of one instant, come into the window. */
  enter(from: number, to: number): void;
  /** The oldest occurrence leaves. */
  leave(at: number): void;
  /** Whether the condition holds for the window that ends at this time, edges included. */
  holds(time: number): boolean;
  /** What is compared: a count, or a measured value; null where there is nothing to measure. */
  value(): number | null;
  /** Places of the occurrences that a finding rests on; null where it is the whole window. */
  evidence(): readonly number[] | null;
  /** From where to where, of one that asks for that. */
  journey?(): Journey | undefined;
  /** Places of those below `end`, ascending, that a window in the future can still turn on. */
  needed(start: number, end: number): readonly number[];
}

export function createScanner(node: PlanNode, timeline: Timeline): Scanner {
  const { travel } = node;
  if (travel !== undefined) return createTravelScanner({ ...node, travel }, timeline);
  switch (node.type) {
    case 'event_count':
      return eventCount(node);
    case 'value_count':
      return valueCount(node, timeline);
    case 'temporal':
      return proximity(node, timeline);
    case 'temporal_ordered':
      return createOrderScanner(orders(node), node.timespanMs, timeline);
    case 'value_sum':
      return measured(node, timeline, ({ sum }) => sum());
    case 'value_avg':
      return measured(node, timeline, ({ sum, sorted }) => sum() / sorted.length);
    case 'value_percentile':
      return measured(node, timeline, ({ sorted }) => percentileOf(sorted, node.percentile));
    case 'value_median':
      return measured(node, timeline, ({ sorted }) => medianOf(sorted));
  }
}

const orders = ({ expression, inputs }: PlanNode): number[][] =>
  expression === null
    ? [inputs.map((_, place) => place)]
    : alternatives(expression).map((list) => [...new Set(list)]);

const comparisons: Readonly<Record<BoundOperator, (value: number, bound: number) => boolean>> = {
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  eq: (value, bound) => value === bound,
  neq: (value, bound) => value !== bound,
};

export const boundsHold = (bounds: readonly Bound[], value: number): boolean =>
  bounds.every(({ operator, number }) => comparisons[operator](value, number));

/** So many of the newest decide whether a count is reached, since older ones leave a window first. */
const decisive = ({ bounds }: PlanNode): number => Math.max(...bounds.map(({ number }) => number)) + 1;

function eventCount(node: PlanNode): Scanner {
  let first = -1;
  let end = 0;
  const newest = (start: number, to: number): number[] => range(Math.max(start, to - decisive(node)), to);
  return {
    enter: (from, to) => {
      if (first === -1) first = from;
      end = to;
    },
    leave: (at) => {
      first = at + 1;
    },
    holds: () => boundsHold(node.bounds, end - first),
    value: () => Math.min(end - first, decisive(node)),
    evidence: () => newest(first, end),
    needed: newest,
  };
}

function valueCount(node: PlanNode, timeline: Timeline): Scanner {
  const counts = new Map<string, number>();
  let first = -1;
  let end = 0;
  const valueAt = (at: number): string => String(timeline.value(at));
  /** The newest occurrence of each value, of the values that came last. */
  const newest = (start: number, to: number): number[] => {
    const places: number[] = [];
    const seen = new Set<string>();
    for (let at = to - 1; at >= start && seen.size < decisive(node); at--) {
      if (seen.has(valueAt(at))) continue;
      seen.add(valueAt(at));
      places.push(at);
    }
    return places.reverse();
  };
  return {
    enter(from, to) {
      for (let at = from; at < to; at++) counts.set(valueAt(at), (counts.get(valueAt(at)) ?? 0) + 1);
      if (first === -1) first = from;
      end = to;
    },
    leave(at) {
      const left = (counts.get(valueAt(at)) ?? 1) - 1;
      if (left === 0) counts.delete(valueAt(at));
      else counts.set(valueAt(at), left);
      first = at + 1;
    },
    holds: () => boundsHold(node.bounds, counts.size),
    value: () => Math.min(counts.size, decisive(node)),
    evidence: () => newest(first, end),
    needed: newest,
  };
}

/** All rules, so many of them, or those that the expression asks for, in any order. */
function proximity(node: PlanNode, timeline: Timeline): Scanner {
  const counts = node.inputs.map(() => 0);
  const newest = node.inputs.map(() => -1);
  const different = (): number => counts.filter((count) => count > 0).length;
  return {
    enter(from, to) {
      for (let at = from; at < to; at++) {
        const input = timeline.input(at);
        counts[input] = (counts[input] as number) + 1;
        newest[input] = at;
      }
    },
    leave(at) {
      const input = timeline.input(at);
      counts[input] = (counts[input] as number) - 1;
    },
    holds: () =>
      node.expression === null
        ? boundsHold(node.bounds, different())
        : holds(node.expression, (input) => (counts[input] as number) > 0),
    value: different,
    evidence: () => newest.filter((_, input) => (counts[input] as number) > 0).sort((a, b) => a - b),
    needed(start, end) {
      const last = node.inputs.map((_, input) => {
        for (let at = end - 1; at >= start; at--) if (timeline.input(at) === input) return at;
        return -1;
      });
      return last.filter((at) => at !== -1).sort((a, b) => a - b);
    },
  };
}

interface Measured {
  /** Ascending, at least one. */
  readonly sorted: readonly number[];
  readonly sum: () => number;
}

/** Follows values in ascending order; what is no number is no value. */
function measured(node: PlanNode, timeline: Timeline, measure: (values: Measured) => number): Scanner {
  const sorted: number[] = [];
  // Whole numbers add up to the same in any order; others are added in order of size, so that they do as well.
  let whole = 0;
  let broken = 0;
  const sum = (): number => (broken === 0 ? whole : sorted.reduce((total, value) => total + value, 0));
  const numberAt = (at: number): number | null => {
    const value = timeline.value(at);
    return typeof value === 'number' ? value : null;
  };
  function count(number: number, sign: 1 | -1): void {
    if (Number.isSafeInteger(number) && Math.abs(number) < 2 ** 38) whole += sign * number;
    else broken += sign;
  }
  const placeOf = (value: number): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const value = (): number | null => (sorted.length === 0 ? null : measure({ sorted, sum }));
  return {
    enter(from, to) {
      for (let at = from; at < to; at++) {
        const number = numberAt(at);
        if (number === null) continue;
        sorted.splice(placeOf(number), 0, number);
        count(number, 1);
      }
    },
    leave(at) {
      const number = numberAt(at);
      if (number === null) return;
      sorted.splice(placeOf(number), 1);
      count(number, -1);
    },
    holds() {
      const found = value();
      return found !== null && boundsHold(node.bounds, found);
    },
    value,
    evidence: () => null,
    needed: range,
  };
}

/** The smallest value that at least so many per cent do not exceed (nearest rank; Hyndman and Fan's definition 1). */
const percentileOf = (sorted: readonly number[], percentile: number): number =>
  sorted[Math.max(0, Math.ceil((percentile * sorted.length) / 100) - 1)] as number;

/** Of an even number of values the mean of the two in the middle. */
function medianOf(sorted: readonly number[]): number {
  const upper = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[upper] as number;
  return ((sorted[upper - 1] as number) + (sorted[upper] as number)) / 2;
}
