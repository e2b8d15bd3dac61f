import type { AlertActionBody, AlertJob } from '@tidewatch/api/schemas';
import { reasonLabels } from './alert-view.ts';
import { count, plural } from './quantity.ts';

const verbs = {
  acknowledge: { doing: 'Acknowledging', done: 'acknowledged' },
  assign: { doing: 'Assigning', done: 'assigned' },
  close: { doing: 'Closing', done: 'closed' },
  reopen: { doing: 'Reopening', done: 'reopened' },
  note: { doing: 'Noting on', done: 'have the note' },
} as const;

const undone = { doing: 'Undoing', done: 'put back' };

type Action = AlertActionBody['action'];

const verbOf = ({ task }: AlertJob) => (task.verb === 'undo' ? undone : verbs[task.action.action]);

/** What an action that is done says, with what it says more: a reason, or to whom. */
function wordsOf(action: Action, alerts: string): string {
  switch (action.action) {
    case 'assign':
      return action.to === null ? `${alerts} taken from everybody` : `${alerts} assigned to ${action.to}`;
    case 'close':
      return `${alerts} closed: ${reasonLabels[action.reason].label.toLowerCase()}`;
    default:
      return `${alerts} ${verbs[action.action].done}`;
  }
}

/** What was done to so many alerts. */
export function actionDone(action: Action, changed: number): string {
  if (action.action === 'note')
    return changed === 1 ? 'Note added' : `Note added to ${plural(changed, 'alert')}`;
  return wordsOf(action, changed === 1 ? 'Alert' : plural(changed, 'alert'));
}

export const isEnded = ({ finishedAt }: AlertJob): boolean => finishedAt !== undefined;

/** Whether what it changed can be put back by another job. */
export const isUndoable = (job: AlertJob): boolean =>
  isEnded(job) && job.task.verb === 'change' && job.changed > 0;

/** What a job is at. */
export function jobProgress(job: AlertJob): string {
  const { doing } = verbOf(job);
  if (job.state === 'selecting') return `${doing} alerts: choosing them…`;
  const far = `${count(job.done)} of ${plural(job.total, 'alert')}`;
  return job.state === 'cancelling' ? `Ending after ${far}…` : `${doing}: ${far}`;
}

/** What a job came to, and what it left as it was. */
export function jobOutcome(job: AlertJob): { readonly title: string; readonly rest?: string } {
  const { changed, same, conflicts, gone, task, state } = job;
  const alerts = plural(changed, 'alert');
  const done = task.verb === 'undo' ? `${alerts} ${undone.done}` : wordsOf(task.action, alerts);
  const parts = [
    ...(same > 0 ? [`${count(same)} already were`] : []),
    ...(conflicts > 0 ? [`${count(conflicts)} changed meanwhile and stayed as they are`] : []),
    ...(gone > 0 ? [`${count(gone)} were deleted`] : []),
    ...(job.detail === undefined ? [] : [job.detail]),
  ];
  const early = state === 'failed' ? 'Failed: ' : state === 'cancelled' ? 'Ended early: ' : '';
  return {
    title: `${early}${done}`,
    ...(parts.length > 0 && { rest: parts.join('; ') }),
  };
}
