import { createHash } from 'node:crypto';
import { type AlertHistoryEntry, type AlertRow, type Decision, withMoreFound } from '@tidewatch/event';
import type { AlertAction, Scope } from './contract.ts';

/** How long a change can be undone, milliseconds. */
export const undoWindowMs = 600_000;

/** Which change it is, who makes it, and when (epoch ms). */
export interface Author {
  readonly changeId: string;
  readonly by: string;
  readonly now: number;
}

/** The alert after a person's action. */
export function actOn<A extends AlertRow>(alert: A, action: AlertAction, author: Author): A {
  switch (action.action) {
    case 'acknowledge': {
      const to = { status: 'acknowledged', reason: null, assignee: author.by, sinceClosed: 0 } as const;
      return decide(alert, to, 'acknowledged', author, action);
    }
    case 'assign':
      return decide(alert, { assignee: action.to }, 'assigned', author, action);
    case 'close': {
      const to = { status: 'closed', reason: action.reason, sinceClosed: 0 } as const;
      return decide(alert, to, 'closed', author, action);
    }
    case 'reopen':
      return decide(alert, { status: 'open', reason: null, sinceClosed: 0 }, 'reopened', author, action);
    case 'note':
      return decide(alert, {}, 'noted', author, action);
  }
}

/** The change that takes another back: whoever asks again, as the answer was lost, asks for the same. */
export const undoOf = (changeId: string): string =>
  createHash('sha256').update(`undo ${changeId}`).digest('hex').slice(0, 32);

/**
 * Takes a change back as if it had not been made: matches that joined meanwhile stay, and reopen what was closed before it.
 * Itself where that was done. Undefined where the alert never had the change, or somebody changed it since.
 */
export function undoOn<A extends AlertRow>(alert: A, undone: string, author: Author): A | undefined {
  const last = alert.history.findLast(({ change }) => change !== undefined);
  if (last?.change === author.changeId) return alert;
  if (last?.was === undefined || last.change !== undone) return undefined;
  const { found, ...was } = last.was;
  return decide(alert, withMoreFound(was, Math.max(0, foundIn(alert) - found)), 'undone', author, {});
}

/** What a change makes of an alert that has, or need not have, the version somebody saw; itself where it has the change. */
export function changeOn<A extends AlertRow>(
  alert: A,
  expected: number | undefined,
  action: AlertAction,
  author: Author,
): A | undefined {
  if (hasChange(alert, author.changeId)) return alert;
  return (expected ?? alert.version) === alert.version ? actOn(alert, action, author) : undefined;
}

export const seesAlert = ({ dataClasses }: Scope, { dataClass }: Pick<AlertRow, 'dataClass'>): boolean =>
  dataClasses === 'all' || dataClasses.includes(dataClass);

/** Whether a change was made to an alert already: the answer of the one who made it may have been lost. */
export const hasChange = ({ history }: AlertRow, changeId: string): boolean =>
  history.some(({ change }) => change === changeId);

/** Whether an action would change nothing about an alert. */
export function isDecided({ status, reason, assignee }: AlertRow, action: AlertAction, by: string): boolean {
  switch (action.action) {
    case 'acknowledge':
      return action.note === undefined && status === 'acknowledged' && assignee === by;
    case 'assign':
      return action.note === undefined && assignee === action.to;
    case 'close':
      return action.note === undefined && status === 'closed' && reason === action.reason;
    case 'reopen':
      return action.note === undefined && status === 'open';
    case 'note':
      return false;
  }
}

const foundIn = ({ highest, count }: AlertRow): number => Math.max(highest ?? 0, count);

function decide<A extends AlertRow>(
  alert: A,
  to: Partial<Decision>,
  action: AlertHistoryEntry['action'],
  { changeId, by, now }: Author,
  { reason, to: assigned, note }: Pick<AlertHistoryEntry, 'reason' | 'to' | 'note'>,
): A {
  const { status, assignee, sinceClosed } = alert;
  const entry: AlertHistoryEntry = {
    at: new Date(now).toISOString(),
    by,
    action,
    ...(reason !== undefined && { reason }),
    ...(assigned !== undefined && { to: assigned }),
    ...(note !== undefined && { note }),
    change: changeId,
    was: { status, reason: alert.reason, assignee, sinceClosed, found: foundIn(alert) },
  };
  return { ...alert, ...to, history: [...alert.history, entry], updatedAt: now, version: alert.version + 1 };
}
