import type { EcsEvent } from '@tidewatch/event';
import type { KqlNode } from '@tidewatch/query';
import type { BacktestPage } from '@tidewatch/scorer';
import type { EventStore, Scope, TimeRange } from '@tidewatch/store';
import { storedEvents } from '../stored_runs.ts';

export interface BacktestSample {
  /** Stored events that were asked for. */
  readonly total: number;
  /** Those that are looked at, in order of time: all, or stretches that lie evenly in the time from first to last. */
  readonly pages: AsyncIterable<BacktestPage>;
}

interface Asked {
  readonly query: KqlNode;
  readonly range: TimeRange;
  /** Events at most. */
  readonly most: number;
  /** Milliseconds that features look back. */
  readonly lookBack: number;
}

/** So many stretches show nights and days of a week. */
const mostStretches = 24;
/** What looks back sees too little at the beginning of each: a quarter of it at most. */
const perLookBack = 4;

/** Finds which stored events a backtest looks at. */
export async function backtestSample(
  events: EventStore,
  { query, range, most, lookBack }: Asked,
  scope: Scope,
): Promise<BacktestSample> {
  const total = await events.count({ query, range }, scope);
  if (total <= most) return { total, pages: wholePages(events, { query, range }, scope) };
  const first = await endOf(events, { query, range }, scope, 'oldest');
  const last = await endOf(events, { query, range }, scope, 'newest');
  const within = { from: first ?? range.from, to: (last ?? range.to - 1) + 1 };
  const stretches = stretchesOf(within, most / total, lookBack);
  return { total, pages: sampledPages(events, { query, most, stretches }, scope) };
}

/**
 * Divides a time into slices, and takes a stretch of each: the same share of all of them, at places that differ, so that what comes by
 * the hour is neither always met nor always missed.
 *
 * @param share of the time that is taken, 0 to 1
 * @param lookBack see {@link Asked}
 */
export function stretchesOf({ from, to }: TimeRange, share: number, lookBack: number): readonly TimeRange[] {
  const taken = share * (to - from);
  const fitting = lookBack === 0 ? mostStretches : Math.floor(taken / (perLookBack * lookBack));
  const count = Math.min(mostStretches, Math.max(1, fitting));
  const slice = (to - from) / count;
  const length = taken / count;
  return Array.from({ length: count }, (_, i) => {
    // A single one is the newest; of several, multiples of the golden ratio's fraction leave the most even gaps.
    const place = count === 1 ? 1 : ((i + 1) * ((Math.sqrt(5) - 1) / 2)) % 1;
    const start = Math.floor(from + i * slice + place * (slice - length));
    return { from: start, to: Math.min(to, Math.ceil(start + length)) };
  });
}

async function* wholePages(
  events: EventStore,
  request: { readonly query: KqlNode; readonly range: TimeRange },
  scope: Scope,
): AsyncGenerator<BacktestPage> {
  let before: number | undefined;
  for await (const page of storedEvents(events, request, scope)) {
    const last = page.at(-1);
    if (last === undefined) continue;
    const until = timeOf(last);
    yield { events: page, covered: until - (before ?? timeOf(page[0] as EcsEvent)) };
    before = until;
  }
}

async function* sampledPages(
  events: EventStore,
  { query, most, stretches }: { query: KqlNode; most: number; stretches: readonly TimeRange[] },
  scope: Scope,
): AsyncGenerator<BacktestPage> {
  let left = most;
  for (const [i, range] of stretches.entries()) {
    // A stretch that is busier than others may take twice its part of what is left.
    let mine = Math.min(left, Math.ceil((2 * left) / (stretches.length - i)));
    let covered = range.from;
    for await (const page of storedEvents(events, { query, range }, scope)) {
      const taken = page.slice(0, mine);
      const last = taken.at(-1);
      if (last === undefined) break;
      mine -= taken.length;
      left -= taken.length;
      const until = timeOf(last);
      yield { events: taken, covered: until - covered };
      covered = until;
      if (mine === 0) break;
    }
    // Nothing came in the rest of it, which was looked at, too.
    if (mine > 0) yield { events: [], covered: range.to - covered };
  }
}

async function endOf(
  events: EventStore,
  request: { readonly query: KqlNode; readonly range: TimeRange },
  scope: Scope,
  sort: 'oldest' | 'newest',
): Promise<number | undefined> {
  const { items } = await events.search({ ...request, sort, limit: 1 }, scope);
  return items[0] && timeOf(items[0]);
}

const timeOf = (event: EcsEvent): number => Date.parse(event['@timestamp']);
