import type { Alert, AlertHistoryEntry } from '@tidewatch/event';
import type { AlertAction } from './contract.ts';

/** How long a change can be undone, milliseconds. */
export const undoWindowMs = 600_000;

/** What undoing puts back, and how long the history was after the change: longer means somebody changed it since. */
export interface ChangeEntry {
  readonly id: string;
  readonly before: Pick<Alert, 'status' | 'reason' | 'assignee' | 'sinceClosed'>;
  readonly historyLength: number;
}

/** The alert after a person's action. */
export function actOn(alert: Alert, action: AlertAction, by: string, now: number): Alert {
  switch (action.action) {
    case 'acknowledge':
      return change(
        alert,
        { status: 'acknowledged', reason: null, assignee: by, sinceClosed: 0 },
        'acknowledged',
        by,
        now,
        action,
      );
    case 'close':
      return change(
        alert,
        { status: 'closed', reason: action.reason, sinceClosed: 0 },
        'closed',
        by,
        now,
        action,
      );
    case 'reopen':
      return change(alert, { status: 'open', reason: null, sinceClosed: 0 }, 'reopened', by, now, action);
    case 'note':
      return change(alert, {}, 'noted', by, now, action);
  }
}

/** Puts a change back; undefined where somebody changed the alert since. Matches that joined meanwhile stay. */
export function undoOn(alert: Alert, entry: ChangeEntry, by: string, now: number): Alert | undefined {
  if (alert.history.length !== entry.historyLength) return undefined;
  return change(alert, entry.before, 'undone', by, now, {});
}

function change(
  alert: Alert,
  to: Partial<ChangeEntry['before']>,
  action: AlertHistoryEntry['action'],
  by: string,
  now: number,
  { reason, note }: Pick<AlertHistoryEntry, 'reason' | 'note'>,
): Alert {
  const at = new Date(now).toISOString();
  const entry = {
    at,
    by,
    action,
    ...(reason !== undefined && { reason }),
    ...(note !== undefined && { note }),
  };
  return { ...alert, ...to, history: [...alert.history, entry], updatedAt: now, version: alert.version + 1 };
}

export const entryFor = (before: Alert, after: Alert): ChangeEntry => ({
  id: before.id,
  before: {
    status: before.status,
    reason: before.reason,
    assignee: before.assignee,
    sinceClosed: before.sinceClosed,
  },
  historyLength: after.history.length,
});
