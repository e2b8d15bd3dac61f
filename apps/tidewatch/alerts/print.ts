import type { AlertGroups, AlertJob, AlertRow } from '@tidewatch/api/schemas';
import { visibleLine } from '../dead_letters/visible.ts';

const timeOf = (at: number): string => new Date(at).toISOString().slice(0, 19);

/** One alert on one line. */
export const alertLine = (
  { id, last, status, reason, count, detector, summary }: AlertRow,
  width: number,
): string =>
  visibleLine(
    [
      id,
      timeOf(last),
      detector.level.padEnd(13),
      (reason ?? status).padEnd(17),
      String(count).padStart(7),
      summary,
    ].join('  '),
    width,
  );

/** One group on one line. */
export const groupLine = (
  { values, count, level, newest }: AlertGroups['items'][number],
  width: number,
): string =>
  visibleLine(
    [
      String(count).padStart(8),
      level.padEnd(13),
      timeOf(newest),
      values.map((value) => value ?? '(none)').join(' · '),
    ].join('  '),
    width,
  );

const words = {
  changed: 'changed',
  same: 'so already',
  conflicts: 'changed by somebody else meanwhile, and left as they are',
  gone: 'deleted meanwhile',
} as const;

/** What a job came to, in a sentence. */
export function jobText({ id, state, total, done, detail, ...counts }: AlertJob): string {
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((name) =>
    counts[name] > 0 ? [`${counts[name]} ${words[name]}`] : [],
  );
  const came =
    state === 'done' && total === 0 ? 'No alert fits.' : `${parts.join(', ') || 'nothing changed'}.`;
  const begun = state === 'done' ? '' : `${state} after ${done} of ${total}: `;
  const why = detail === undefined ? '' : ` ${detail}`;
  return visibleLine(`${begun}${came}${why} (${id})`, 2_000);
}

/** One job on one line, for a list of them. */
export const jobLine = (job: AlertJob, width: number): string => {
  const { createdAt, by, task, state, done, total, query } = job;
  const what = task.verb === 'undo' ? `undo ${task.job}` : task.action.action;
  const parts = [
    job.id,
    timeOf(createdAt),
    by.padEnd(12),
    what.padEnd(12),
    state.padEnd(10),
    `${done}/${total}`,
  ];
  return visibleLine([...parts, query].join('  '), width);
};
