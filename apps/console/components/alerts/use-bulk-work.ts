'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { AlertJob } from '@tidewatch/api/schemas';
import { useCallback, useEffect, useRef } from 'react';
import { cancelJob, startJob, undoJob, useAlertJobs } from '../../api/alert-jobs.ts';
import { type AlertAction, type AlertFilter, reloadAlerts } from '../../api/alerts.ts';
import { useSession } from '../../api/session.ts';
import { isEnded, isUndoable, jobOutcome } from '../../view/alert-job.ts';
import { toasts } from '../ui/toasts.tsx';

/** How long the message of a job offers to undo it, in milliseconds. */
const undoMs = 10_000;

/** Starts changes of all that a filter finds, follows one's own, also those begun before a reload, and says what came of them. */
export function useBulkWork(mayWork: boolean) {
  const client = useQueryClient();
  const user = useSession().data?.user;
  const { data } = useAlertJobs(mayWork);
  const followed = useRef(new Set<string>());
  const undoable = useRef<{ readonly id: string; readonly until: number } | undefined>(undefined);

  const begin = useCallback(async (asked: () => Promise<AlertJob>): Promise<void> => {
    try {
      followed.current.add((await asked()).id);
    } catch (error) {
      const description = (error as Error).message;
      toasts.add({ type: 'problem', priority: 'high', title: 'The change was not begun', description });
    }
  }, []);
  const start = useCallback(
    (filter: AlertFilter, action: AlertAction) => begin(() => startJob(client, filter, action)),
    [begin, client],
  );
  const cancel = useCallback(
    // One that ended by itself meanwhile needs nothing.
    (id: string) =>
      void cancelJob(client, id).catch(() => client.invalidateQueries({ queryKey: ['alert-jobs'] })),
    [client],
  );
  /** Puts back what the newest job changed, while its message stands; tells whether there was one. */
  const undo = useCallback((): boolean => {
    const last = undoable.current;
    undoable.current = undefined;
    if (last === undefined || Date.now() > last.until) return false;
    toasts.close(last.id);
    void begin(() => undoJob(client, last.id));
    return true;
  }, [begin, client]);

  useEffect(() => {
    for (const job of data?.jobs ?? []) {
      if (!isEnded(job)) {
        if (job.by === user) followed.current.add(job.id);
        continue;
      }
      if (!followed.current.delete(job.id)) continue;
      void reloadAlerts(client);
      const { title, rest } = jobOutcome(job);
      if (isUndoable(job)) undoable.current = { id: job.id, until: Date.now() + undoMs };
      toasts.add({
        id: job.id,
        ...(job.state === 'failed' || job.conflicts > 0 ? { type: 'problem' } : {}),
        title,
        ...(rest !== undefined && { description: rest }),
        timeout: undoMs,
        ...(isUndoable(job) && { actionProps: { children: 'Undo', onClick: () => void undo() } }),
      });
    }
  }, [data, user, client, undo]);

  return { start, undo, cancel, running: (data?.jobs ?? []).filter((job) => !isEnded(job)).reverse() };
}

export type BulkWork = ReturnType<typeof useBulkWork>;
