import { type Alert, getField, type Match } from '@tidewatch/event';
import { addFilter, textFields } from '@tidewatch/query';
import type { EventStore, Scope } from '@tidewatch/store';
import { inTime } from './in_time.ts';
import { parseQuery } from './kql.ts';

const dayMs = 86_400_000;
export const prevalenceDays = 30;
/** Whoever looks at an alert waits so long, milliseconds. */
const longestWait = 8_000;
const mostValues = 8;
export const mostHosts = 100;
/** A longer one is seldom met a second time, and is cut in explanations. */
const longestValue = 1_000;

export interface FieldValue {
  readonly field: string;
  readonly value: string;
}

/**
 * What of a match can be looked for in other events: the values that its rule found, then its entity as the event writes
 * it. Texts are left out, since hardly two are alike.
 */
export function tellingValues({ key }: Pick<Alert, 'key'>, match: Match): readonly FieldValue[] {
  const { explanation, event } = match;
  const found: FieldValue[] = [];
  const add = (field: string | null, value: string | null): void => {
    if (field === null || value === null || value === '' || value.length > longestValue) return;
    if (textFields.has(field) || found.some((one) => one.field === field && one.value === value)) return;
    found.push({ field, value });
  };
  if (explanation.engine === 'sigma') for (const { path, value } of explanation.items) add(path, value);
  if (explanation.engine === 'evasion') add(explanation.path, explanation.value);
  // A correlation's or a model's event is one of many: what they share is the entity.
  const isOfEvent = explanation.engine === 'sigma' || explanation.engine === 'evasion';
  for (const { field, value } of key) {
    const own = getField(event, field);
    // An alert's key leaves out the domain of a user, and may come from another field.
    add(field, isOfEvent ? (typeof own === 'string' ? own : null) : value);
  }
  return found.slice(0, mostValues);
}

/**
 * In how many events, on how many hosts and days values were, up to the end of today (UTC); the rarest first. Those that
 * could not be counted in `longestMs` are named as late.
 */
export async function prevalenceOf(
  values: readonly FieldValue[],
  now: number,
  scope: Scope,
  events: Pick<EventStore, 'prevalence'>,
  longestMs = longestWait,
) {
  const to = (Math.floor(now / dayMs) + 1) * dayMs;
  const range = { from: to - prevalenceDays * dayMs, to };
  const queries = values.flatMap(
    ({ field, value }) => parseQuery(addFilter('', field, value, 'only')).query ?? [],
  );
  const found = await inTime(events.prevalence({ queries, range }, scope), longestMs);
  const counted = (found ?? []).flatMap((one, i) => ({
    ...(values[i] as FieldValue),
    ...one,
    hosts: Math.min(one.hosts, mostHosts),
  }));
  counted.sort((a, b) => a.events - b.events);
  const late = found === undefined ? values.map(({ field }) => field) : [];
  return { ...range, days: prevalenceDays, values: counted, late };
}
