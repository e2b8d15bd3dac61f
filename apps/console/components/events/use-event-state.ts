'use client';
import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import type { EventFilter } from '../../api/events.ts';
import { defaultRange } from '../../view/time-range.ts';

const parsers = {
  q: parseAsString.withDefault(''),
  from: parseAsString.withDefault(defaultRange.from),
  to: parseAsString.withDefault(defaultRange.to),
  sort: parseAsStringLiteral(['newest', 'oldest'] as const).withDefault('newest'),
  id: parseAsString,
  /** Fields shown as columns beside the standing ones. */
  columns: parseAsArrayOf(parseAsString).withDefault([]),
  live: parseAsBoolean.withDefault(false),
};

/** The page's whole state, in the URL. */
export function useEventState() {
  const [state, setState] = useQueryStates(parsers, { history: 'push' });
  const { q, from, to } = state;
  const filter = useMemo<EventFilter>(() => ({ q, from, to }), [q, from, to]);
  return { state, setState, filter };
}

export type EventState = ReturnType<typeof useEventState>;
