import type { AlertJob } from '@tidewatch/api/schemas';
import { reasonLabels } from './alert-view.ts';
import { count, plural } from './quantity.ts';

const verbs = {
  acknowledge: { doing: 'Acknowledging', done: 'acknowledged' },
  close: { doing: 'Closing', done: 'closed' },
  reopen: { doing: 'Reopening', done: 'reopened' },
  note: { doing: 'Noting on', done: 'have the note' },
} as const;

const undone = { doing: 'Undoing', done: 'put back' };

const verbOf = ({ task }: AlertJob) => (task.verb === 'undo' ? undone : verbs[task.action.action]);

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
  const reason =
    task.verb === 'change' && task.action.action === 'close'
      ? `: ${reasonLabels[task.action.reason].label.toLowerCase()}`
      : '';
  const parts = [
    ...(same > 0 ? [`${count(same)} already were`] : []),
    ...(conflicts > 0 ? [`${count(conflicts)} changed meanwhile and stayed as they are`] : []),
    ...(gone > 0 ? [`${count(gone)} were deleted`] : []),
    ...(job.detail === undefined ? [] : [job.detail]),
  ];
  const early = state === 'failed' ? 'Failed: ' : state === 'cancelled' ? 'Ended early: ' : '';
  return {
    title: `${early}${plural(changed, 'alert')} ${verbOf(job).done}${reason}`,
    ...(parts.length > 0 && { rest: parts.join('; ') }),
  };
}
