'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { useCallback, useRef, useState } from 'react';
import type { AlertAction, AlertFilter } from '../../api/alerts.ts';
import { useSession } from '../../api/session.ts';
import { useKey } from '../ui/use-key.ts';
import { useAlertActions } from './use-alert-actions.ts';
import { useBulkWork } from './use-bulk-work.ts';

/** Who works on alerts, and so on cases. */
const workers: ReadonlySet<string> = new Set(['analyst', 'engineer', 'admin']);

/** All alerts that a filter finds, loaded or not. */
export interface Found {
  readonly filter: AlertFilter;
  /** How many, as it was counted; one with several values of a group's field counts in each. */
  readonly total: number;
}

/** What is acted on: alerts that are loaded, each as it was seen, or all that a filter finds. */
export type Target = readonly AlertRow[] | Found;

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
    /** Groups are listed, which are selected instead of rows. */
    readonly isGrouped: boolean;
    readonly clear: () => void;
  },
) {
  const actions = useAlertActions();
  const mayWork = useSession().data?.roles.some((role) => workers.has(role)) ?? false;
  const bulk = useBulkWork(mayWork);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<{
    readonly kind: 'reason' | 'note' | 'case';
    readonly about: Target;
  }>();
  const anchor = useRef<string | null>(null);

  const target = (): Target =>
    marked.found ??
    (selected.size > 0 ? rows.filter(({ id }) => selected.has(id)) : rows.filter(({ id }) => id === cursor));

  /** With `withRange` every row from the last one chosen to this one. */
  const select = useCallback(
    (row: AlertRow, withRange: boolean) => {
      setSelected((now) => {
        const next = new Set(now);
        const from = withRange ? rows.findIndex(({ id }) => id === anchor.current) : -1;
        const to = rows.findIndex(({ id }) => id === row.id);
        if (from >= 0) {
          for (const { id } of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(id);
        } else if (!next.delete(row.id)) next.add(row.id);
        return next;
      });
      anchor.current = row.id;
    },
    [rows],
  );
  const selectAll = useCallback(
    () => setSelected((now) => (now.size >= rows.length ? new Set() : new Set(rows.map(({ id }) => id)))),
    [rows],
  );
  const clearMarked = marked.clear;
  const clear = useCallback(() => {
    setSelected(new Set());
    clearMarked();
  }, [clearMarked]);
  const askNote = useCallback((about: Target) => setAsking({ kind: 'note', about }), []);
  const askCase = useCallback((about: Target) => setAsking({ kind: 'case', about }), []);
  const ask = (kind: 'reason' | 'note' | 'case'): void => {
    const about = target();
    if (sizeOf(about) > 0) setAsking({ kind, about });
  };

  /** Acts once on the selection; it is then done with. */
  const act = (about: Target, action: AlertAction): void => {
    void (isFound(about) ? bulk.start(about.filter, action) : actions.act(about, action));
    clear();
  };
  const actOnTarget = (action: AlertAction): void => act(target(), action);

  useKey(
    'x',
    () => {
      const row = rows.find(({ id }) => id === cursor);
      if (row !== undefined) select(row, false);
    },
    { enabled: !marked.isGrouped },
  );
  useKey('a', () => actOnTarget({ action: 'acknowledge' }));
  useKey('c', () => ask('reason'));
  useKey('n', () => ask('note'));
  useKey('i', () => mayWork && ask('case'));
  useKey('z', () => void (bulk.undo() || actions.undo()));

  return {
    actions,
    bulk,
    act,
    actOnTarget,
    selected,
    /** What the selection comes to; undefined where there is none. */
    marked: marked.found ?? (selected.size > 0 ? target() : undefined),
    select,
    selectAll,
    clear,
    asking,
    setAsking,
    askNote,
    askCase,
    mayWork,
  };
}

export type Triage = ReturnType<typeof useTriage>;
