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
import { useMay } from '../../api/session.ts';
import { outcomeText } from '../../view/letter-view.ts';
import { toasts } from '../ui/toasts.tsx';
import { undoable } from '../ui/undo.ts';

/** Starts work on letters, follows it, and says what it came to. */
export function useLetterWork() {
  const client = useQueryClient();
  const { may } = useMay();
  const mayLook = may('triage');
  const mayWork = may('engineer');
  const { data } = useLetterJobs(mayLook);
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
      const message = {
        ...(failed ? { type: 'problem' } : {}),
        title: outcomeText(job),
        ...(failed && job.detail !== undefined ? { description: job.detail } : {}),
      };
      // Later, the list of dropped ones takes back, too.
      if (job.counts.dropped > 0) undoable(() => start('restore', { job: job.id })).offer(message);
      else toasts.add(message);
    }
  }, [data, client, start]);

  return { start, mayLook, mayWork, running: (data?.jobs ?? []).filter((job) => !isEnded(job)).reverse() };
}

export type LetterWork = ReturnType<typeof useLetterWork>;
