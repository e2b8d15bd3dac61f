import { invalid, mapOf } from '../attribute.ts';
import { parseNumber } from '../modifiers.ts';
import { kilometres } from './geo_point.ts';
import type { PlanNode } from './plan.ts';
import type { CorrelationRule, Travel } from './rule.ts';
import type { Scanner } from './scanner.ts';
import type { Timeline } from './timeline.ts';

const usualSpeed = 900;
const usualDistance = 200;

/**
 * Reads `tidewatch: travel:`, which asks of the places of a group's events whether anybody gets from one to the other in
 * time. Without it the correlation is one of different places, which is what other engines make of the file.
 *
 * @throws Rejection at the first thing that is not right
 */
export function parseTravel(
  value: unknown,
  rule: Pick<CorrelationRule, 'type' | 'bounds' | 'fields' | 'bucketMs' | 'timespanMs'>,
): Travel {
  const at = 'tidewatch.travel';
  const section = mapOf(value, at, ['speed', 'distance']);
  const [bound, ...more] = rule.bounds;
  const two = more.length === 0 && bound?.operator === 'gte' && bound.number === 2;
  if (rule.type !== 'value_count' || !two || rule.fields.length !== 1)
    throw invalid(
      at,
      'it takes `type: value_count` with `condition: { gte: 2, field: source.geo.location }`, two different places',
    );
  return {
    kmh: parseQuantity(section.speed, 'km/h', usualSpeed, `${at}.speed`),
    km: parseQuantity(section.distance, 'km', usualDistance, `${at}.distance`),
    restMs: Math.min(rule.bucketMs, rule.timespanMs),
  };
}

function parseQuantity(value: unknown, unit: string, usual: number, at: string): number {
  if (value === undefined || value === null) return usual;
  const text = String(value).trim();
  const number = text.endsWith(unit) ? parseNumber(text.slice(0, -unit.length)) : null;
  if (number === null || number <= 0)
    throw invalid(at, `a number above zero and its unit is needed: \`${usual} ${unit}\``);
  return number;
}

/** What has to hold, e.g. `> 900 km/h over > 200 km`. */
export const travelText = ({ kmh, km }: Travel): string => `> ${kmh} km/h over > ${km} km`;

/** So many places of a group are known at a time: those that were seen last. */
const mostPlaces = 64;

/** From one event to the next, by their places in the timeline. */
interface Leg {
  readonly from: number;
  readonly to: number;
  readonly km: number;
  readonly hours: number;
}

/**
 * Follows where a group's events were. It holds where an event of the instant that came last, and one at the same time
 * or before it within the timespan, are too far apart for the time between. Of a place only the newest event matters.
 */
export function createTravelScanner(
  node: PlanNode & { readonly travel: Travel },
  timeline: Timeline,
): Scanner {
  const { kmh, km: least } = node.travel;
  /** The newest event of each place, in order of time. */
  const newest = new Map<string, number>();
  let instant = 0;
  const placeAt = (at: number): string | null => timeline.value(at) as string | null;

  function leg(from: number, to: number): Leg {
    const km = kilometres(placeAt(from) as string, placeAt(to) as string);
    return { from, to, km, hours: (timeline.time(to) - timeline.time(from)) / 3_600_000 };
  }

  /** Of those that are too fast the fastest; of those that take no time the longest. */
  function impossible(): Leg | null {
    let worst: Leg | null = null;
    const places = [...newest.values()];
    for (const to of places.filter((at) => at >= instant))
      for (const from of places) {
        if (from >= to) continue;
        const found = leg(from, to);
        if (found.km > least && found.km > kmh * found.hours && (worst === null || faster(found, worst)))
          worst = found;
      }
    return worst;
  }

  let found: Leg | null = null;
  return {
    enter(from, to) {
      instant = from;
      for (let at = from; at < to; at++) {
        const place = placeAt(at);
        if (place === null) continue;
        newest.delete(place);
        newest.set(place, at);
      }
      for (const place of newest.keys()) {
        if (newest.size <= mostPlaces) break;
        newest.delete(place);
      }
    },
    leave(at) {
      const place = placeAt(at);
      if (place !== null && newest.get(place) === at) newest.delete(place);
    },
    holds() {
      found = impossible();
      return found !== null;
    },
    value: () => (found === null || found.hours === 0 ? null : found.km / found.hours),
    evidence: () => (found === null ? [] : [found.from, found.to]),
    journey: () =>
      found === null
        ? undefined
        : {
            from: placeAt(found.from) as string,
            to: placeAt(found.to) as string,
            departed: timeline.time(found.from),
            arrived: timeline.time(found.to),
            km: found.km,
          },
    needed(start, end) {
      const seen = new Set<string>();
      const places: number[] = [];
      for (let at = end - 1; at >= start && seen.size < mostPlaces; at--) {
        const place = placeAt(at);
        if (place === null || seen.has(place)) continue;
        seen.add(place);
        places.push(at);
      }
      return places.reverse();
    },
  };
}

/** Whether it takes more speed; where neither takes time, whether it is longer. */
const faster = (one: Leg, other: Leg): boolean =>
  one.km * other.hours === other.km * one.hours
    ? one.km > other.km
    : one.km * other.hours > other.km * one.hours;
