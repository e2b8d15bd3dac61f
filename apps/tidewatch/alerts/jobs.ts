import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertJobDesk } from '@tidewatch/api';
import { isTidewatchError, type JsonObject } from '@tidewatch/event';
import type { AlertJob, AlertSearch, AlertStore, Scope } from '@tidewatch/store';
import { startErrors } from '../errors.ts';

/** A job beyond this is a mistake, or two jobs. */
const mostAlerts = 500_000;
const lookEveryMs = 30_000;
const longestWaitMs = 30_000;

export interface AlertJobsDeps {
  readonly alerts: AlertStore;
  /** No other process works on these alerts, so that whatever is unfinished is ours. */
  readonly alone: boolean;
  /** Told when a job has ended, before anybody sees that it has. */
  readonly onFinished: (job: AlertJob) => Promise<unknown>;
  readonly log: { warn(details: object, message: string): void };
  readonly clock?: () => number;
  /** A process that keeps its job no longer is taken to be gone (default a minute). */
  readonly leaseMs?: number;
  /** Alerts that are changed together at most; others write in between (default 1,000: a third of a second). */
  readonly partSize?: number;
}

export interface AlertJobs extends AlertJobDesk {
  /** Takes up what a process left that is gone; jobs go on beside. */
  takeUp(): Promise<void>;
  /** Lets the part in hand finish, and leaves the rest to the next start, or to another process. */
  close(): Promise<void>;
}

type Choice = Pick<AlertSearch, 'query' | 'range'> & { readonly scope: Scope };

/** Changes what a query found, job by job and part by part. */
export function createAlertJobs(deps: AlertJobsDeps): AlertJobs {
  const { alone, log, onFinished, clock = Date.now, leaseMs = 60_000, partSize = 1_000 } = deps;
  const { jobs } = deps.alerts;
  const mine = new Set<string>();
  const stopped = new AbortController();
  let turn: Promise<unknown> = Promise.resolve();

  /** The job as it is kept now; undefined where somebody else kept it meanwhile. */
  async function keep(before: AlertJob, more: Partial<AlertJob>): Promise<AlertJob | undefined> {
    const now = clock();
    const job = {
      ...{ ...before, updatedAt: now, leasedUntil: now + leaseMs },
      ...{ ...more, revision: before.revision + 1 },
    };
    return (await jobs.save(job)) ? job : undefined;
  }

  /** As `keep`, also where it was to be cancelled meanwhile; undefined where another process has taken it. */
  async function advance(before: AlertJob, more: Partial<AlertJob>): Promise<AlertJob | undefined> {
    const kept = await keep(before, before.state === 'cancelling' ? { ...more, state: 'cancelling' } : more);
    if (kept !== undefined) return kept;
    const newest = await jobs.get(before.id);
    if (newest?.state !== 'cancelling') return undefined;
    return keep(newest, { ...more, state: 'cancelling' });
  }

  async function end(job: AlertJob, more: Pick<AlertJob, 'state' | 'detail'>): Promise<void> {
    const ended = { ...more, finishedAt: clock(), leasedUntil: 0 };
    // Whoever sees that it ended finds it in the audit log.
    await onFinished({ ...job, ...ended });
    for (let current: AlertJob | undefined = job; current !== undefined; ) {
      if ((await keep(current, ended)) !== undefined) return;
      // Cancelled meanwhile: too late.
      const newest = await jobs.get(job.id);
      current = newest?.state === 'cancelling' ? newest : undefined;
    }
  }

  async function work(job: AlertJob, choice?: Choice): Promise<void> {
    let current: AlertJob | undefined = job;
    if (choice !== undefined && current.state === 'selecting') {
      const [total, held] = await holding(current, () =>
        jobs.choose(job.id, choice, choice.scope, mostAlerts),
      );
      current = held && (await advance(held, { state: 'running', total }));
    }
    while (current?.state === 'running' && current.done < current.total) {
      if (stopped.signal.aborted) {
        await keep(current, { leasedUntil: 0 });
        return;
      }
      current = await workOnPart(current);
    }
    if (current !== undefined)
      await end(current, { state: current.state === 'cancelling' ? 'cancelled' : 'done' });
  }

  async function workOnPart(job: AlertJob): Promise<AlertJob | undefined> {
    const { done, total, task } = job;
    const source = task.verb === 'undo' ? task.job : job.id;
    const alerts = await lasting(job, () => jobs.chosen(source, done, Math.min(partSize, total - done)));
    if (alerts.length === 0) throw startErrors.ALERT_JOB_FORGOTTEN({ id: source });
    const { changed, same, conflicts, gone } = await lasting(job, () => jobs.work({ job, alerts }));
    return lasting(job, () =>
      advance(job, {
        done: done + alerts.length,
        changed: job.changed + changed,
        same: job.same + same,
        conflicts: job.conflicts + conflicts,
        gone: job.gone + gone,
      }),
    );
  }

  /** Takes a step that may take longer than the lease; answers the job as it is kept by then, too. */
  async function holding<T>(
    job: AlertJob,
    step: () => Promise<T>,
  ): Promise<readonly [T, AlertJob | undefined]> {
    let held = Promise.resolve<AlertJob | undefined>(job);
    const renewal = setInterval(() => {
      held = held.then((current) => current && advance(current, {}).catch(() => current));
    }, leaseMs / 3);
    try {
      const value = await lasting(job, step);
      clearInterval(renewal);
      return [value, await held];
    } finally {
      clearInterval(renewal);
    }
  }

  /** Tries again what a store that is away or busy refuses, until the process ends. */
  async function lasting<T>(job: AlertJob, step: () => Promise<T>): Promise<T> {
    for (let waitMs = 500; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      try {
        return await step();
      } catch (error) {
        const isBusy = isTidewatchError(error) && error.status === 503;
        // What a query takes too long for, it takes too long for again.
        const isTooMuch = isBusy && job.state === 'selecting' && error.code === 'QUERY_TIMED_OUT';
        if (!isBusy || isTooMuch || stopped.signal.aborted) throw error;
        log.warn({ job: job.id, reason: error.message }, 'A change of many alerts waits for the store');
        await sleep(waitMs, undefined, { signal: stopped.signal }).catch(() => {});
      }
    }
  }

  /** Works on a job when those before are done. */
  function queue(job: AlertJob, choice?: Choice): void {
    mine.add(job.id);
    turn = turn.then(async () => {
      try {
        const current = await jobs.get(job.id);
        // Another process has taken it while it waited.
        const isTaken = current?.revision !== job.revision && current?.state !== 'cancelling';
        if (current === undefined || isTaken || stopped.signal.aborted) return;
        await work(current, choice);
      } catch (error) {
        await fail(job.id, error as Error);
      } finally {
        mine.delete(job.id);
      }
    });
  }

  async function fail(id: string, error: Error): Promise<void> {
    log.warn({ job: id, reason: error.message }, 'A change of many alerts failed');
    // On its way out it is no failure: the next start goes on.
    if (stopped.signal.aborted) return;
    const job = await jobs.get(id).catch(() => undefined);
    if (job === undefined || job.finishedAt !== undefined) return;
    await end(job, { state: 'failed', detail: error.message }).catch(() => {});
  }

  async function begin(
    task: AlertJob['task'],
    by: string,
    id: string,
    more: Pick<AlertJob, 'query' | 'range' | 'state' | 'total'> & { readonly why?: string },
  ): Promise<{ readonly job: AlertJob; readonly isNew: boolean }> {
    const now = clock();
    const job: AlertJob = {
      id,
      ...{ task, by, done: 0, changed: 0, same: 0, conflicts: 0, gone: 0 },
      ...{ createdAt: now, updatedAt: now, leasedUntil: now + leaseMs, revision: 1 },
      ...more,
    };
    if (await jobs.save(job)) return { job, isNew: true };
    // Asked again, as the answer was lost.
    return { job: (await jobs.get(id)) ?? job, isNew: false };
  }

  async function takeUp(): Promise<void> {
    for (const job of await jobs.list(1_000)) {
      const isLeft = job.finishedAt === undefined && !mine.has(job.id);
      if (!isLeft || !(alone || job.leasedUntil < clock())) continue;
      const taken = await keep(job, {});
      if (taken === undefined) continue;
      // What fits by now is not what fitted then.
      if (job.state === 'selecting') await fail(job.id, startErrors.ALERT_JOB_UNCHOSEN());
      else queue(taken);
    }
  }

  const timer = setInterval(() => {
    takeUp().catch((error: Error) =>
      log.warn({ reason: error.message }, 'Looking for changes of alerts failed'),
    );
  }, lookEveryMs);
  timer.unref();

  return {
    takeUp,
    async start({ filter: { text, query, range }, action, scope, why, id = randomUUID() }) {
      const chosen = { query: text, range, state: 'selecting', total: 0 } as const;
      const because = why === undefined ? {} : { why };
      const task = { verb: 'change', action } as const;
      const { job, isNew } = await begin(task, scope.principal, id, { ...chosen, ...because });
      if (isNew) queue(job, { range, scope, ...(query === undefined ? {} : { query }) });
      return job;
    },
    async undo(id, by) {
      const job = await jobs.get(id);
      if (job === undefined) return 'unknown';
      if (job.finishedAt === undefined || job.task.verb === 'undo') return 'refused';
      const { query, range } = job;
      // The part in hand when it was cut off may have been written.
      const total = Math.min(job.total, job.done + partSize);
      const task = { verb: 'undo', job: id } as const;
      const chosen = { query, range, state: 'running', total } as const;
      const undo = await begin(task, by, `${id}-undo`, chosen);
      const isCutOff = undo.job.state === 'failed' || undo.job.state === 'cancelled';
      const { job: begun, isNew } = isCutOff ? await begin(task, by, randomUUID(), chosen) : undo;
      if (isNew) queue(begun);
      return begun;
    },
    list: () => jobs.list(200),
    get: (id) => jobs.get(id),
    async cancel(id) {
      for (;;) {
        const job = await jobs.get(id);
        if (job === undefined) return 'unknown';
        if (job.finishedAt !== undefined) return 'refused';
        // Whoever works on it ends it after the part in hand, and so knows what was changed.
        const cancelled = await keep(job, { state: 'cancelling', leasedUntil: job.leasedUntil });
        if (cancelled !== undefined) return cancelled;
      }
    },
    async close() {
      clearInterval(timer);
      stopped.abort();
      await turn;
    },
  };
}

/** What the audit log says of a job that ended. */
export function endOf(job: AlertJob): { who: string; action: string; target: string; detail: JsonObject } {
  const { id, by, task, why, query, range, state, detail, total, done } = job;
  const { changed, same, conflicts, gone } = job;
  return {
    who: by,
    action: 'alerts.job_end',
    target: id,
    detail: {
      ...{ task: { ...task } as JsonObject, query, range: { ...range }, state },
      ...{ total, done, changed, same, conflicts, gone },
      ...(why === undefined ? {} : { why }),
      ...(detail === undefined ? {} : { reason: detail }),
    },
  };
}
