'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { useCallback, useRef, useState } from 'react';
import type { AlertAction } from '../../api/alerts.ts';
import { useSession } from '../../api/session.ts';
import { useKey } from '../ui/use-key.ts';
import { useAlertActions } from './use-alert-actions.ts';

/** Who works on alerts, and so on cases. */
const workers: ReadonlySet<string> = new Set(['analyst', 'engineer', 'admin']);

/**
 * The selection, the keys that act, and what is being asked. A key acts on the selection if there is one, else on the
 * row of the cursor.
 */
export function useTriage(rows: readonly AlertRow[], cursor: string | null) {
  const actions = useAlertActions();
  const mayWork = useSession().data?.roles.some((role) => workers.has(role)) ?? false;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<{
    readonly kind: 'reason' | 'note' | 'case';
    /** None stands for all that the filter finds. */
    readonly rows: readonly AlertRow[];
  }>();
  const anchor = useRef<string | null>(null);

  const targets = (): AlertRow[] =>
    selected.size > 0 ? rows.filter(({ id }) => selected.has(id)) : rows.filter(({ id }) => id === cursor);

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
  const clear = useCallback(() => setSelected(new Set()), []);
  const askNote = useCallback((about: readonly AlertRow[]) => setAsking({ kind: 'note', rows: about }), []);
  const askCase = useCallback((about: readonly AlertRow[]) => setAsking({ kind: 'case', rows: about }), []);
  const ask = (kind: 'reason' | 'note' | 'case', about: readonly AlertRow[]): void => {
    if (about.length > 0) setAsking({ kind, rows: about });
  };

  /** Acts once on the selection; it is then done with. */
  const act = (about: readonly AlertRow[], action: AlertAction): void => {
    void actions.act(about, action);
    clear();
  };
  const actOnTargets = (action: AlertAction): void => act(targets(), action);

  useKey('x', () => {
    const row = rows.find(({ id }) => id === cursor);
    if (row !== undefined) select(row, false);
  });
  useKey('a', () => actOnTargets({ action: 'acknowledge' }));
  useKey('c', () => ask('reason', targets()));
  useKey('n', () => ask('note', targets()));
  useKey('i', () => mayWork && ask('case', targets()));
  useKey('z', () => void actions.undo());

  return {
    actions,
    act,
    actOnTargets,
    selected,
    select,
    selectAll,
    clear,
    targets,
    asking,
    setAsking,
    askNote,
    askCase,
    mayWork,
  };
}

export type Triage = ReturnType<typeof useTriage>;
