import type { Json, JsonObject } from '@tidewatch/event';
import { parseTime } from '../time.ts';

/** Characters of the longest text that is taken over. */
const maxText = 1_024;

/** A text that says something, cut where it is too long. */
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, maxText) : undefined;

/** A time, or a day's begin, in epoch milliseconds; undefined where it is none. Without a zone it is UTC. */
export const timeOf = (value: Json | undefined): number | undefined =>
  parseTime(
    typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value,
    Date.UTC,
  );

/** A time as ECS has it. */
export function isoTime(value: Json | undefined): string | undefined {
  const time = timeOf(value);
  return time === undefined || Math.abs(time) > 8.64e15 ? undefined : new Date(time).toISOString();
}

/** A confidence of 0 to 100, or a word of ECS', in ECS' words (STIX 2.1, appendix A, None / Low / Med / High). */
export function confidenceOf(value: Json | undefined): string | undefined {
  const number = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') {
    if (number < 0 || number > 100) return undefined;
    return number === 0 ? 'None' : number < 30 ? 'Low' : number < 70 ? 'Medium' : 'High';
  }
  const word = textOf(value)?.toLowerCase();
  return ['Not Specified', 'None', 'Low', 'Medium', 'High'].find((known) => known.toLowerCase() === word);
}

/** A level of the Traffic Light Protocol in a text such as `tlp:amber`. */
export const tlpOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string'
    ? /^(?:tlp:)?(white|clear|green|amber|amber\+strict|red)$/i.exec(value.trim())?.[1]?.toUpperCase()
    : undefined;

/** What a feed says of an indicator, each as ECS has it. */
export interface FeedFacts {
  readonly id?: string | undefined;
  readonly description?: string | undefined;
  readonly provider?: string | undefined;
  readonly confidence?: string | undefined;
  readonly first_seen?: string | undefined;
  readonly last_seen?: string | undefined;
  readonly modified_at?: string | undefined;
  readonly reference?: string | undefined;
  readonly tlp?: string | undefined;
}

/** Members of `threat.indicator`, without those that are not said. */
export function factsFrom({ id, tlp, ...rest }: FeedFacts): JsonObject {
  const facts: JsonObject = id === undefined ? {} : { id: [id] };
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) facts[name] = value;
  if (tlp !== undefined) facts.marking = { tlp };
  return facts;
}
