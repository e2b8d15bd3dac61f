import { type Alert, getField, type Match } from '@tidewatch/event';
import { addFilter, textFields } from '@tidewatch/query';
import type { EventStore, Scope } from '@tidewatch/store';
import { inTime } from './in_time.ts';
import { parseQuery } from './kql.ts';

const dayMs = 86_400_000;
export const prevalenceDays = 30;
/** Whoever looks at an alert waits so long for all values together, milliseconds. */
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
 * In how many events, on how many hosts and days values were, up to the end of today (UTC); the rarest first.
 *
 * @param end when nobody waits any more, on the clock of `performance`
 */
export async function prevalenceOf(
  values: readonly FieldValue[],
  now: number,
  scope: Scope,
  events: Pick<EventStore, 'histogram' | 'topValues'>,
  end = performance.now() + longestWait,
) {
  const to = (Math.floor(now / dayMs) + 1) * dayMs;
  const range = { from: to - prevalenceDays * dayMs, to };
  const counted = [];
  const late: string[] = [];
  // One after the other: others want to read, too.
  for (const { field, value } of values) {
    const asked = { ...parseQuery(addFilter('', field, value, 'only')), range };
    const left = end - performance.now();
    const found =
      left <= 0
        ? undefined
        : await inTime(
            Promise.all([
              events.histogram({ ...asked, stepMs: dayMs }, scope),
              events.topValues({ ...asked, field: 'host.name', limit: mostHosts }, scope),
            ]),
            left,
          );
    if (found === undefined) {
      late.push(field);
      continue;
    }
    const [buckets, hosts] = found;
    counted.push({
      ...{ field, value, hosts: hosts.length },
      events: buckets.reduce((sum, { count }) => sum + count, 0),
      days: buckets.filter(({ count }) => count > 0).length,
    });
  }
  counted.sort((a, b) => a.events - b.events);
  return { ...range, days: prevalenceDays, values: counted, late };
}
