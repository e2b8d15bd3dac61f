'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { DeadLetterJob } from '@tidewatch/api/schemas';
import { useCallback, useEffect, useRef } from 'react';
import {
  isEnded,
  type LetterChoice,
  reloadLetters,
  startWork,
  useLetterJobs,
} from '../../api/dead-letters.ts';
import { useSession } from '../../api/session.ts';
import { outcomeText } from '../../view/letter-view.ts';
import { toasts } from '../ui/toasts.tsx';

/** How long the toast of a drop offers to undo it, in milliseconds; the list of dropped ones does so later. */
const undoMs = 10_000;
const workers = new Set(['engineer', 'admin']);

/** Starts work on letters, follows it, and says what it came to. */
export function useLetterWork() {
  const client = useQueryClient();
  const { data } = useLetterJobs();
  const mayWork = useSession().data?.roles.some((role) => workers.has(role)) ?? false;
  const followed = useRef(new Set<string>());

  const start = useCallback(
    async (verb: DeadLetterJob['verb'], choice: LetterChoice, reason?: string): Promise<void> => {
      try {
        followed.current.add((await startWork(client, verb, choice, reason)).id);
      } catch (error) {
        toasts.add({
          type: 'problem',
          priority: 'high',
          title: 'The work was not begun',
          description: (error as Error).message,
        });
      }
    },
    [client],
  );

  useEffect(() => {
    for (const job of data?.jobs ?? []) {
      if (!isEnded(job) || !followed.current.delete(job.id)) continue;
      void reloadLetters(client);
      const failed = job.state === 'failed' || job.counts.failed_again + job.counts.refused > 0;
      toasts.add({
        ...(failed ? { type: 'problem' } : {}),
        title: outcomeText(job),
        ...(failed && job.detail !== undefined ? { description: job.detail } : {}),
        timeout: undoMs,
        ...(job.counts.dropped > 0 && {
          actionProps: { children: 'Undo', onClick: () => void start('restore', { job: job.id }) },
        }),
      });
    }
  }, [data, client, start]);

  return { start, mayWork, running: (data?.jobs ?? []).filter((job) => !isEnded(job)).reverse() };
}

export type LetterWork = ReturnType<typeof useLetterWork>;
