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

  /** Goes on with each way as far as different events of one instant can be given to the steps that follow. */
  function step(
    order: readonly number[],
    way: (Way | undefined)[],
    events: readonly (readonly number[])[],
  ): void {
    const before = [...way];
    for (let from = 0; from < order.length; from++) {
      const base =
        from === 0 ? { start: timeline.time(events[0]?.[0] as number), places: [] } : before[from - 1];
      if (base === undefined) continue;
      const given = createPairing(events, timeline);
      for (let k = from; k < order.length && given.add(order[k] as number); k++) {
        const known = way[k];
        if (known === undefined || known.start <= base.start)
          way[k] = { start: base.start, places: [...base.places, ...given.places()] };
      }
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
        step(order, ways[i] as (Way | undefined)[], events);
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

/** So many events of one instant are tried for a step: more of one kind are as good as these. */
const mostTried = 64;

/** Gives steps an event each, another one to every step, and gives them anew where that makes room (Kuhn's algorithm). */
function createPairing(events: readonly (readonly number[])[], timeline: Timeline) {
  const steps: number[] = [];
  const stepOf = new Map<number, number>();
  const fits = (event: readonly number[], input: number): boolean =>
    event.some((place) => timeline.input(place) === input);

  function assign(step: number, tried: Set<number>): boolean {
    let looked = 0;
    for (let event = 0; event < events.length && looked < mostTried; event++) {
      if (!fits(events[event] as readonly number[], steps[step] as number)) continue;
      looked++;
      if (tried.has(event)) continue;
      tried.add(event);
      const holder = stepOf.get(event);
      if (holder === undefined || assign(holder, tried)) {
        stepOf.set(event, step);
        return true;
      }
    }
    return false;
  }

  return {
    /** Gives one more step, of this rule, an event; false where there is none for it. */
    add: (input: number): boolean => assign(steps.push(input) - 1, new Set()),
    /** Places of the events in the order of their steps. */
    places: (): number[] =>
      [...stepOf]
        .sort(([, one], [, two]) => one - two)
        .map(
          ([event, step]) =>
            (events[event] as readonly number[]).find(
              (place) => timeline.input(place) === steps[step],
            ) as number,
        ),
  };
}
