'use client';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import type { AlertRow } from '@tidewatch/api/schemas';
import { useCallback, useRef } from 'react';
import {
  type AlertAction,
  actOnAlerts,
  fetchRows,
  patchRows,
  refreshAround,
  undoChanges,
} from '../../api/alerts.ts';
import { useSession } from '../../api/session.ts';
import { reasonLabels } from '../../view/alert-view.ts';
import { plural } from '../../view/quantity.ts';
import { toasts } from '../ui/toasts.tsx';

/** How long the server takes a change back, in milliseconds. */
const undoMs = 10_000;

const anyTime = { from: '1970-01-01T00:00:00.000Z', to: 'now' };

const toastId = (changeIds: readonly string[]): string => changeIds.join(' ');

/** The row as it will be if the server agrees. */
function predict(row: AlertRow, action: AlertAction, user: string): AlertRow {
  switch (action.action) {
    case 'acknowledge':
      return { ...row, status: 'acknowledged', reason: null, assignee: user };
    case 'close':
      return { ...row, status: 'closed', reason: action.reason };
    case 'reopen':
      return { ...row, status: 'open', reason: null };
    case 'note':
      return row;
  }
}

function done(action: AlertAction, changed: number): string {
  const alerts = changed === 1 ? 'Alert' : plural(changed, 'alert');
  switch (action.action) {
    case 'acknowledge':
      return `${alerts} acknowledged`;
    case 'close':
      return `${alerts} closed: ${reasonLabels[action.reason].label.toLowerCase()}`;
    case 'reopen':
      return `${alerts} reopened`;
    case 'note':
      return changed === 1 ? 'Note added' : `Note added to ${plural(changed, 'alert')}`;
  }
}

const problem = (title: string, error: unknown): void =>
  toasts.add({ type: 'problem', priority: 'high', title, description: (error as Error).message });

/** Rows that somebody else changed are read again, so that the next attempt is on what is true now. */
async function reloadConflicts(client: QueryClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  patchRows(client, await fetchRows(ids, anyTime));
  refreshAround(client, ids);
}

/** Changes alerts: shown at once, put right by the answer, undone within 10 s. */
export function useAlertActions() {
  const client = useQueryClient();
  const user = useSession().data?.user ?? '';
  const last = useRef<{ readonly changeIds: readonly string[]; readonly until: number } | undefined>(
    undefined,
  );

  const undo = useCallback(async () => {
    const change = last.current;
    if (change === undefined || Date.now() > change.until) return;
    last.current = undefined;
    toasts.close(toastId(change.changeIds));
    try {
      const { changed, conflicts } = await undoChanges(change.changeIds);
      patchRows(client, changed);
      refreshAround(
        client,
        changed.map(({ id }) => id),
      );
      toasts.add({
        title: `Undone for ${plural(changed.length, 'alert')}`,
        ...(conflicts.length > 0 && {
          description: `${plural(conflicts.length, 'alert')} changed meanwhile and stayed as they are.`,
        }),
        timeout: 4_000,
      });
    } catch (error) {
      problem('The change could not be undone', error);
    }
  }, [client]);

  const act = useCallback(
    async (rows: readonly AlertRow[], action: AlertAction) => {
      if (rows.length === 0) return;
      patchRows(
        client,
        rows.map((row) => predict(row, action, user)),
      );
      try {
        const { changeIds, changed, conflicts } = await actOnAlerts(rows, action);
        patchRows(client, changed);
        refreshAround(
          client,
          changed.map(({ id }) => id),
        );
        if (changed.length > 0) {
          last.current = { changeIds, until: Date.now() + undoMs };
          toasts.add({
            id: toastId(changeIds),
            title: done(action, changed.length),
            timeout: undoMs,
            actionProps: { children: 'Undo', onClick: () => void undo() },
          });
        }
        if (conflicts.length > 0) {
          await reloadConflicts(client, conflicts);
          toasts.add({
            type: 'problem',
            priority: 'high',
            title: `${plural(conflicts.length, 'alert')} changed under your hands`,
            description: 'Somebody else was faster. You see the newest state; decide again.',
            timeout: 12_000,
          });
        }
      } catch (error) {
        patchRows(client, rows);
        problem('The change was not made', error);
      }
    },
    [client, user, undo],
  );

  return { act, undo };
}

export type AlertActions = ReturnType<typeof useAlertActions>;
