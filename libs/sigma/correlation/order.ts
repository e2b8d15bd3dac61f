import type { Scanner } from './scanner.ts';
import type { Timeline } from './timeline.ts';

/** The way through the first steps of an order that began last: no other can still be in time when it is not. */
interface Way {
  readonly start: number;
  readonly places: readonly number[];
}

/**
 * Follows orders of rules: each step by another event, none before the one in front of it. Of events with the same
 * time the order is unknown (many logs have whole seconds), so they count as being in order.
 *
 * @param orders places of rules; one order that is complete is enough
 */
export function createOrderScanner(
  orders: readonly (readonly number[])[],
  timespanMs: number,
  timeline: Timeline,
): Scanner {
  const ways: (Way | undefined)[][] = orders.map(() => []);

  function step(order: readonly number[], way: (Way | undefined)[], event: readonly number[]): void {
    // From the end, so that one event is not two steps.
    for (let k = order.length - 1; k >= 0; k--) {
      const at = event.find((place) => timeline.input(place) === order[k]);
      if (at === undefined) continue;
      const before = k === 0 ? { start: timeline.time(at), places: [] } : way[k - 1];
      const known = way[k];
      if (before === undefined || (known !== undefined && known.start > before.start)) continue;
      way[k] = { start: before.start, places: [...before.places, at] };
    }
  }

  const complete = (): Way | undefined => {
    const ends = orders.map((order, i) => ways[i]?.[order.length - 1]).filter((way) => way !== undefined);
    return ends.reduce<Way | undefined>(
      (best, way) => (best === undefined || way.start > best.start ? way : best),
      undefined,
    );
  };

  return {
    enter(from, to) {
      const events = eventsOf(timeline, from, to);
      orders.forEach((order, i) => {
        const first = (event: readonly number[]): number =>
          Math.min(...event.map((place) => order.indexOf(timeline.input(place))).filter((k) => k !== -1));
        for (const event of [...events].sort(
          (a, b) => first(a) - first(b) || (a[0] as number) - (b[0] as number),
        ))
          step(order, ways[i] as (Way | undefined)[], event);
      });
    },
    // A way that began too long ago is told by its start.
    leave: () => {},
    holds(time) {
      const way = complete();
      return way !== undefined && way.start >= time - timespanMs;
    },
    value: () => null,
    evidence: () => complete()?.places ?? [],
    needed(start) {
      const places = new Set(ways.flatMap((way) => way.flatMap((each) => each?.places ?? [])));
      return [...places].filter((at) => at >= start).sort((a, b) => a - b);
    },
  };
}

/** An event that matched several rules stands in the timeline several times, one after the other. */
function eventsOf(timeline: Timeline, from: number, to: number): number[][] {
  const events: number[][] = [];
  for (let at = from; at < to; at++) {
    const last = events.at(-1);
    if (last !== undefined && timeline.same(last[0] as number, at)) last.push(at);
    else events.push([at]);
  }
  return events;
}
