'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { AlertAction, AlertFilter } from '../../api/alerts.ts';
import { useMay } from '../../api/session.ts';
import { useKey } from '../ui/use-key.ts';
import { useAlertActions } from './use-alert-actions.ts';
import { useBulkWork } from './use-bulk-work.ts';

/** All alerts that a filter finds, loaded or not. */
export interface Found {
  readonly filter: AlertFilter;
  /** How many, as it was counted; one with several values of a group's field counts in each. */
  readonly total: number;
}

/** What is acted on: alerts that are loaded, each as it was seen, or all that a filter finds. */
export type Target = readonly AlertRow[] | Found;

type Asked = 'reason' | 'note' | 'case' | 'assignee';
const none: ReadonlyMap<string, AlertRow> = new Map();

export const isFound = (target: Target): target is Found => 'total' in target;
export const sizeOf = (target: Target): number => (isFound(target) ? target.total : target.length);

/**
 * The selection, the keys that act, and what is being asked. A key acts on the selection if there is one, else on the
 * row of the cursor.
 *
 * @param marked what is selected beside rows: all that match, or groups
 */
export function useTriage(
  rows: readonly AlertRow[],
  cursor: string | null,
  marked: {
    readonly found: Found | undefined;
    /** What rows are selected under; under anything else none is. */
    readonly under: string;
    /** Groups are listed, which are selected instead of rows. */
    readonly isGrouped: boolean;
    readonly clear: () => void;
  },
) {
  const actOnRows = useAlertActions();
  const mayWork = useMay().may('triage');
  const bulk = useBulkWork(mayWork);
  const { under } = marked;
  const [kept, setKept] = useState({ under, rows: none });
  const chosen = kept.under === under ? kept.rows : none;
  const [asking, setAsking] = useState<{ readonly kind: Asked; readonly about: Target }>();
  const anchor = useRef<string | null>(null);
  /** Also those that are loaded no more; the others as they are by now. */
  const selected = useMemo<ReadonlyMap<string, AlertRow>>(() => {
    if (chosen.size === 0) return none;
    const loaded = new Map(rows.map((row) => [row.id, row]));
    return new Map([...chosen].map(([id, row]) => [id, loaded.get(id) ?? row]));
  }, [chosen, rows]);
  const setSelected = useCallback(
    (change: (now: ReadonlyMap<string, AlertRow>) => ReadonlyMap<string, AlertRow>) =>
      setKept((now) => ({ under, rows: change(now.under === under ? now.rows : none) })),
    [under],
  );

  const target = (): Target =>
    marked.found ?? (selected.size > 0 ? [...selected.values()] : rows.filter(({ id }) => id === cursor));

  /** With `withRange` every row from the last one chosen to this one. */
  const select = useCallback(
    (row: AlertRow, withRange: boolean) => {
      setSelected((now) => {
        const next = new Map(now);
        const from = withRange ? rows.findIndex(({ id }) => id === anchor.current) : -1;
        const to = rows.findIndex(({ id }) => id === row.id);
        if (from >= 0) {
          for (const one of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.set(one.id, one);
        } else if (!next.delete(row.id)) next.set(row.id, row);
        return next;
      });
      anchor.current = row.id;
    },
    [rows, setSelected],
  );
  const selectAll = useCallback(
    () =>
      setSelected((now) =>
        rows.every(({ id }) => now.has(id))
          ? none
          : new Map([...now, ...rows.map((row) => [row.id, row] as const)]),
      ),
    [rows, setSelected],
  );
  const clearMarked = marked.clear;
  const clear = useCallback(() => {
    setSelected(() => none);
    clearMarked();
  }, [clearMarked, setSelected]);
  const ask = (kind: Asked, about: Target = target()): void => {
    if (sizeOf(about) > 0) setAsking({ kind, about });
  };

  /** Acts once on the selection; it is then done with. */
  const act = (about: Target, action: AlertAction): void => {
    void (isFound(about) ? bulk.start(about.filter, action) : actOnRows(about, action));
    clear();
  };
  const actOnTarget = (action: AlertAction): void => act(target(), action);

  useKey(
    'x',
    () => {
      const row = rows.find(({ id }) => id === cursor);
      if (row !== undefined) select(row, false);
    },
    { enabled: mayWork && !marked.isGrouped },
  );
  const working = { enabled: mayWork };
  useKey('a', () => actOnTarget({ action: 'acknowledge' }), working);
  useKey('c', () => ask('reason'), working);
  useKey('n', () => ask('note'), working);
  useKey('u', () => ask('assignee'), working);
  useKey('i', () => ask('case'), working);

  return {
    bulk,
    act,
    actOnTarget,
    selected,
    /** What the selection comes to; undefined where there is none. */
    marked: marked.found ?? (selected.size > 0 ? [...selected.values()] : undefined),
    select,
    selectAll,
    clear,
    asking,
    setAsking,
    ask,
    mayWork,
  };
}

export type Triage = ReturnType<typeof useTriage>;
