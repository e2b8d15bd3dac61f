'use client';
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import type { AlertFilter } from '../../api/alerts.ts';
import { composeQuery, statusViews } from '../../view/alert-view.ts';
import { defaultRange } from '../../view/time-range.ts';

export const alertSorts = ['newest', 'oldest', 'severity'] as const;
const groupOrders = ['count', 'newest'] as const;

const parsers = {
  q: parseAsString.withDefault(''),
  from: parseAsString.withDefault(defaultRange.from),
  to: parseAsString.withDefault(defaultRange.to),
  sort: parseAsStringLiteral(alertSorts).withDefault('newest'),
  status: parseAsStringLiteral(statusViews).withDefault('active'),
  id: parseAsString,
  /** Of the open alert: the match that is explained; the newest without. */
  match: parseAsString,
  /** Fields that alerts are grouped by. */
  by: parseAsArrayOf(parseAsString).withDefault([]),
  order: parseAsStringLiteral(groupOrders).withDefault('count'),
  /** The group that is unfolded. */
  group: parseAsString,
};

/** The page's whole state, in the URL; and what it asks the API for. */
export function useAlertState() {
  const [state, setState] = useQueryStates(parsers, { history: 'push' });
  const { q, from, to, status } = state;
  const filter = useMemo<AlertFilter>(
    () => ({ q: composeQuery(q, status).text, from, to }),
    [q, status, from, to],
  );
  /** The filter without the status view: totals show all statuses beside each other. */
  const wide = useMemo<AlertFilter>(() => ({ q, from, to }), [q, from, to]);
  return { state, setState, filter, wide };
}

export type AlertState = ReturnType<typeof useAlertState>;
