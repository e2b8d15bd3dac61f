import type { AlertRow } from '@tidewatch/event';
import { actOn, hasChange, isDecided, undoOn } from './alert_changes.ts';
import type { AlertAction, AlertSearch, Scope, TimeRange } from './contract.ts';

/** Work on many alerts: a change of all that a query found, or the undoing of such a change. */
export interface AlertJob {
  readonly id: string;
  readonly task:
    | { readonly verb: 'change'; readonly action: AlertAction }
    | { readonly verb: 'undo'; readonly job: string };
  readonly by: string;
  /** Why, as whoever asked for it says. */
  readonly why?: string;
  /** What the alerts were chosen by. */
  readonly query: string;
  readonly range: TimeRange;
  readonly state: 'selecting' | 'running' | 'cancelling' | 'done' | 'cancelled' | 'failed';
  /** Alerts chosen; 0 until they are. */
  readonly total: number;
  /** Of these, looked at so far. */
  readonly done: number;
  readonly changed: number;
  /** Were already as they were to be. */
  readonly same: number;
  /** Somebody had changed them since they were chosen, or since the change that is undone. */
  readonly conflicts: number;
  /** Deleted since. */
  readonly gone: number;
  /** One sentence: why it failed, or what it waits for. */
  readonly detail?: string;
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly finishedAt?: number;
  /** Until when the process that works on it wants it left to itself. */
  readonly leasedUntil: number;
  /** Grows by one each time it is kept. */
  readonly revision: number;
}

export interface ChosenAlert {
  readonly id: string;
  /** Undefined where it is not known: then nothing is a conflict. */
  readonly version?: number;
}

/** Some of a job's alerts, to be worked on together. */
export interface JobPart {
  readonly job: Pick<AlertJob, 'id' | 'task' | 'by'>;
  readonly alerts: readonly ChosenAlert[];
}

export const outcomes = ['changed', 'same', 'conflicts', 'gone'] as const;
export type JobCounts = Pick<AlertJob, (typeof outcomes)[number]>;

/**
 * Jobs, with the alerts that each was to change. They expire as alerts do.
 *
 * Promise:
 * - `save` is durable when it resolves, and answers false, having done nothing, where the revision before is not the one
 *   that is kept: somebody else kept the job meanwhile.
 * - `choose` finds the alerts that fit at one moment; what comes or changes later is not among them, or a conflict.
 * - `work` does each alert of a job once, however often it is given: a part that a crash cut off is given again as a whole.
 */
export interface AlertJobStore {
  save(job: AlertJob): Promise<boolean>;
  get(id: string): Promise<AlertJob | undefined>;
  /** Newest first. */
  list(limit: number): Promise<readonly AlertJob[]>;
  /** Keeps which alerts a job is about, and answers how many. @throws QUERY_TOO_WIDE for more than `most` */
  choose(
    job: string,
    request: Pick<AlertSearch, 'query' | 'range'>,
    scope: Scope,
    most: number,
  ): Promise<number>;
  /** Those with the numbers `from` and on; a part may be shorter than asked for, and is empty at the end alone. */
  chosen(job: string, from: number, limit: number): Promise<readonly ChosenAlert[]>;
  work(part: JobPart): Promise<JobCounts>;
}

/** Tells what becomes of each alert of a part, and counts it; an alert may be decided on again. */
export function createPart({ job, alerts }: JobPart, now: number) {
  const versions = new Map(alerts.map(({ id, version }) => [id, version]));
  const outcome = new Map<string, (typeof outcomes)[number]>(alerts.map(({ id }) => [id, 'gone']));
  const author = { changeId: job.id, by: job.by, now };
  const { task } = job;

  function change(row: AlertRow, action: AlertAction): AlertRow | (typeof outcomes)[number] {
    const version = versions.get(row.id) ?? row.version;
    if (version !== row.version) return 'conflicts';
    return isDecided(row, action, job.by) ? 'same' : actOn(row, action, author);
  }

  function undo(row: AlertRow, undone: string): AlertRow | (typeof outcomes)[number] {
    if (!hasChange(row, undone)) return 'same';
    return undoOn(row, undone, author) ?? 'conflicts';
  }

  return {
    ids: [...versions.keys()],
    /** The alert as it is to be; undefined where it stays as it is. */
    become(row: AlertRow): AlertRow | undefined {
      // Done before a crash, or before an answer was lost.
      const after = hasChange(row, job.id)
        ? 'changed'
        : task.verb === 'change'
          ? change(row, task.action)
          : undo(row, task.job);
      outcome.set(row.id, typeof after === 'string' ? after : 'changed');
      return typeof after === 'string' ? undefined : after;
    },
    counts(): JobCounts {
      const counts = { changed: 0, same: 0, conflicts: 0, gone: 0 };
      for (const one of outcome.values()) counts[one]++;
      return counts;
    },
  };
}
