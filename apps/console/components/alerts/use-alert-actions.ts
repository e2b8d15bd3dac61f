'use client';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import type { AlertRow } from '@tidewatch/api/schemas';
import { useCallback } from 'react';
import {
  type AlertAction,
  decideOnAlerts,
  fetchRows,
  patchRows,
  refreshAfter,
  refreshAround,
} from '../../api/alerts.ts';
import { useSession } from '../../api/session.ts';
import { actionDone } from '../../view/alert-job.ts';
import { plural } from '../../view/quantity.ts';
import { toasts } from '../ui/toasts.tsx';
import { undoable } from '../ui/undo.ts';

const anyTime = { from: '1970-01-01T00:00:00.000Z', to: 'now' };

/** The row as it will be if the server agrees. */
function predict(row: AlertRow, action: AlertAction, user: string): AlertRow {
  switch (action.action) {
    case 'acknowledge':
      return { ...row, status: 'acknowledged', reason: null, assignee: user };
    case 'assign':
      return { ...row, assignee: action.to };
    case 'close':
      return { ...row, status: 'closed', reason: action.reason };
    case 'reopen':
      return { ...row, status: 'open', reason: null };
    case 'note':
      return row;
  }
}

const problem = (title: string, error: unknown): void =>
  toasts.add({ type: 'problem', priority: 'high', title, description: (error as Error).message });

/** Rows that are not as they were thought to be are read again, so that the next attempt is on what is true now. */
async function readAgain(client: QueryClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  patchRows(client, await fetchRows(ids, anyTime));
  refreshAround(client, ids);
}

/** Changes alerts: shown at once, put right by the answer, undone within 10 s. */
export function useAlertActions() {
  const client = useQueryClient();
  const user = useSession().data?.user ?? '';

  return useCallback(
    async (rows: readonly AlertRow[], action: AlertAction) => {
      if (rows.length === 0) return;
      const reread = (ids: readonly string[]): Promise<void> =>
        readAgain(client, ids).catch((error) => problem('The alerts could not be read again', error));
      const predicted = rows.map((row) => predict(row, action, user));
      patchRows(client, predicted);
      const { answer, undo } = decideOnAlerts(rows, action);
      const change = undoable(async () => {
        patchRows(client, rows);
        try {
          const { changed, conflicts } = await undo();
          refreshAfter(client, changed);
          toasts.add({
            title: `Undone for ${plural(changed.length, 'alert')}`,
            ...(conflicts.length > 0 && {
              description: `${plural(conflicts.length, 'alert')} changed meanwhile and stayed as they are.`,
            }),
            timeout: 4_000,
          });
          await reread(conflicts);
        } catch (error) {
          problem('The change could not be undone', error);
          await reread(rows.map(({ id }) => id));
        }
      });
      try {
        const { changed, conflicts } = await answer;
        refreshAfter(client, changed);
        if (changed.length > 0) change.offer({ title: actionDone(action, changed.length) });
        else change.drop();
        if (conflicts.length > 0)
          toasts.add({
            ...{ type: 'problem', priority: 'high', timeout: 12_000 },
            title: `${plural(conflicts.length, 'alert')} changed under your hands`,
            description: 'Somebody else was faster. You see the newest state; decide again.',
          });
        await reread(conflicts);
      } catch (error) {
        change.drop();
        patchRows(client, rows);
        problem('The change was not made', error);
      }
    },
    [client, user],
  );
}
