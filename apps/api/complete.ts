import { setTimeout as sleep } from 'node:timers/promises';
import { type KqlNode, placeAt, suggestionsFor, textFields } from '@tidewatch/query';
import type { Scope, TimeRange, TopValue } from '@tidewatch/store';
import type { Api } from './route.ts';

/** Whoever types waits so long for values, milliseconds. */
const longestWait = 2_000;
const mostValues = 50;

/** What can stand at a position of a query: of fields those that the reader's events have, then those of ECS. */
export async function complete(
  text: string,
  position: number,
  range: TimeRange,
  scope: Scope,
  { events, ecsFields = [] }: Pick<Api, 'events' | 'ecsFields'>,
) {
  const place = placeAt(text, position);
  const { expects, start, end } = place;
  const at = { expects, start, end };
  if (expects === 'field') {
    const seen = new Set(await events.fields(scope));
    const suggestions = suggestionsFor(place, [...seen, ...ecsFields]);
    const within = place.field === undefined ? '' : `${place.field}.`;
    return { ...at, suggestions: suggestions.map((one) => ({ ...one, seen: seen.has(within + one.label) })) };
  }
  if (expects !== 'value' || place.field === undefined || textFields.has(place.field))
    return { ...at, suggestions: suggestionsFor(place) };
  const found = await inTime(
    events.topValues(
      { query: beginning(place.field, place.typed), range, field: place.field, limit: mostValues },
      scope,
    ),
  );
  if (found === undefined) return { ...at, suggestions: [], late: true };
  const counts = new Map(found.map(({ value, count }) => [String(value), count]));
  return {
    ...at,
    suggestions: suggestionsFor(place, [...counts.keys()]).map((one) => ({
      ...one,
      count: counts.get(one.label) ?? 0,
    })),
  };
}

const beginning = (field: string, typed: string): KqlNode =>
  typed === ''
    ? { kind: 'exists', field }
    : { kind: 'is', field, value: { type: 'wildcard', parts: [typed, ''] } };

/** Undefined where it takes too long; the store ends what goes on by its own limit. */
async function inTime(values: Promise<TopValue[]>): Promise<TopValue[] | undefined> {
  const waiting = new AbortController();
  const late = sleep(longestWait, undefined, { signal: waiting.signal }).catch(() => undefined);
  try {
    return await Promise.race([values, late]);
  } finally {
    waiting.abort();
    values.catch(() => undefined);
  }
}
