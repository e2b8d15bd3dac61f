'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import { cancelJob, startJob, undoJob, useAlertJobs } from '../../api/alert-jobs.ts';
import { type AlertAction, type AlertFilter, reloadAlerts } from '../../api/alerts.ts';
import { useSession } from '../../api/session.ts';
import { isEnded, isUndoable, jobOutcome } from '../../view/alert-job.ts';
import { toasts } from '../ui/toasts.tsx';
import { undoable } from '../ui/undo.ts';

type Change = ReturnType<typeof undoable>;

const fail = (error: unknown): void =>
  toasts.add({
    ...{ type: 'problem', priority: 'high', title: 'The change was not begun' },
    description: (error as Error).message,
  });

/** Starts changes of all that a filter finds, follows one's own, also those begun before a reload, and says what came of them. */
export function useBulkWork(mayWork: boolean) {
  const client = useQueryClient();
  const user = useSession().data?.user;
  const { data } = useAlertJobs(mayWork);
  /** One's own whose end was not told, with what takes them back where they were begun here. */
  const followed = useRef(new Map<string, Change | undefined>());
  /** To be taken back as soon as they have ended. */
  const unwanted = useRef(new Set<string>());

  const cancel = useCallback(
    // One that ended by itself meanwhile needs nothing.
    (id: string) =>
      void cancelJob(client, id).catch(() => client.invalidateQueries({ queryKey: ['alert-jobs'] })),
    [client],
  );
  const takeBack = useCallback(
    (id: string): void => {
      if (followed.current.has(id)) {
        unwanted.current.add(id);
        cancel(id);
      } else undoJob(client, id).then((undo) => followed.current.set(undo.id, undefined), fail);
    },
    [client, cancel],
  );
  const start = useCallback(
    async (filter: AlertFilter, action: AlertAction): Promise<void> => {
      const asked = startJob(client, filter, action);
      const change = undoable(() => void asked.then(({ id }) => takeBack(id)).catch(() => undefined));
      try {
        followed.current.set((await asked).id, change);
      } catch (error) {
        change.drop();
        fail(error);
      }
    },
    [client, takeBack],
  );

  useEffect(() => {
    for (const job of data?.jobs ?? []) {
      const { id } = job;
      if (!isEnded(job)) {
        if (job.by === user && !followed.current.has(id)) followed.current.set(id, undefined);
        continue;
      }
      const change = followed.current.get(id);
      if (!followed.current.delete(id)) continue;
      void reloadAlerts(client);
      if (unwanted.current.delete(id) && isUndoable(job)) {
        takeBack(id);
        continue;
      }
      const { title, rest } = jobOutcome(job);
      const message = {
        ...(job.state === 'failed' || job.conflicts > 0 ? { type: 'problem' } : {}),
        ...{ title, ...(rest !== undefined && { description: rest }) },
      };
      if (isUndoable(job)) (change ?? undoable(() => takeBack(id))).offer(message);
      else {
        change?.drop();
        toasts.add(message);
      }
    }
  }, [data, user, client, takeBack]);

  return { start, cancel, running: (data?.jobs ?? []).filter((job) => !isEnded(job)).reverse() };
}

export type BulkWork = ReturnType<typeof useBulkWork>;
