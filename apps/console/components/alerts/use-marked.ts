'use client';
import type { AlertGroups } from '@tidewatch/api/schemas';
import { useCallback, useMemo, useState } from 'react';
import type { AlertFilter } from '../../api/alerts.ts';
import { groupId, inGroups } from '../../view/alert-group.ts';
import { frozenRange } from '../../view/time-range.ts';
import type { AlertState } from './use-alert-state.ts';
import type { Found } from './use-triage.ts';

export type AlertGroup = AlertGroups['items'][number];

/** The filter as it was when the list was read, so that what came later is left alone. */
const seenThrough = (filter: AlertFilter, seenAt: number): AlertFilter => ({
  ...filter,
  ...frozenRange(filter, seenAt),
});

interface Marked {
  /** What it was marked under; under anything else nothing is. */
  readonly under: string;
  readonly all: Found | undefined;
  readonly groups: ReadonlyMap<string, AlertGroup>;
  readonly seenAt: number;
}

/** What is marked to be changed as a whole: all alerts that match, or groups of them. */
export function useMarked({ state, filter }: Pick<AlertState, 'state' | 'filter'>) {
  const { q, status, by } = state;
  const under = [filter.q, filter.from, filter.to, ...by].join('\n');
  const [kept, setKept] = useState<Marked>();
  const marked = kept?.under === under ? kept : undefined;
  const groups = useMemo(() => marked?.groups ?? new Map<string, AlertGroup>(), [marked]);
  const found = useMemo<Found | undefined>(() => {
    if (marked === undefined || marked.groups.size === 0) return marked?.all;
    const chosen = [...marked.groups.values()];
    const text = inGroups(
      q,
      status,
      by,
      chosen.map(({ values }) => values),
    );
    return {
      filter: seenThrough({ ...filter, q: text }, marked.seenAt),
      total: chosen.reduce((sum, group) => sum + group.count, 0),
    };
  }, [marked, q, status, by, filter]);

  /** @param seenAt when the list was read, epoch milliseconds */
  const markAll = useCallback(
    (total: number, seenAt: number) => {
      const all = { filter: seenThrough(filter, seenAt), total };
      setKept({ under, all, groups: new Map(), seenAt });
    },
    [under, filter],
  );
  const markGroups = useCallback(
    (toggled: readonly AlertGroup[], seenAt: number) => {
      const next = new Map(groups);
      const isOn = toggled.every(({ values }) => next.has(groupId(values)));
      for (const group of toggled) {
        if (isOn) next.delete(groupId(group.values));
        else next.set(groupId(group.values), group);
      }
      setKept({ under, all: undefined, groups: next, seenAt });
    },
    [under, groups],
  );
  const clear = useCallback(() => setKept(undefined), []);
  return { found, groups, under, isGrouped: by.length > 0, markAll, markGroups, clear };
}

export type MarkedAlerts = ReturnType<typeof useMarked>;
