'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { CaseChangeResult } from '@tidewatch/api/schemas';
import { useCallback } from 'react';
import { refreshCases, undoCase } from '../../api/cases.ts';
import { plural } from '../../view/quantity.ts';
import { toasts } from '../ui/toasts.tsx';
import { undoable } from '../ui/undo.ts';

const conflictWords = (conflicts: readonly string[] = []): string | undefined =>
  conflicts.length === 0
    ? undefined
    : `${plural(conflicts.length, 'alert')} changed meanwhile and stayed as they are.`;

/** Changes cases: said when done, taken back within 10 s. */
export function useCaseActions() {
  const client = useQueryClient();

  const takeBack = useCallback(
    async (work: Promise<CaseChangeResult>) => {
      // Where nothing was changed there is nothing to take back; a refusal is told by who asked for the change.
      const changeId = await work.then(
        (made) => made.changeId,
        () => undefined,
      );
      if (changeId === undefined) return;
      try {
        const { conflicts } = await undoCase(changeId);
        const description = conflictWords(conflicts);
        toasts.add({ title: 'Undone', timeout: 4_000, ...(description && { description }) });
      } catch (error) {
        fail('The change could not be undone', error);
      }
      refreshCases(client, true);
    },
    [client],
  );

  /** Rejects as `work` does. */
  const perform = useCallback(
    async (work: () => Promise<CaseChangeResult>, say: (made: CaseChangeResult) => string) => {
      const asked = work();
      const change = undoable(() => takeBack(asked));
      try {
        const made = await asked;
        const description = conflictWords(made.conflicts);
        const message = { title: say(made), ...(description && { description }) };
        if (made.changeId !== undefined) change.offer(message);
        else {
          change.drop();
          toasts.add(message);
        }
        return made;
      } catch (error) {
        change.drop();
        throw error;
      } finally {
        // Also after a refusal: it was on what is no longer true.
        refreshCases(client, true);
      }
    },
    [client, takeBack],
  );

  /** As `perform`, for what has no form to show a refusal in. */
  const act = useCallback(
    (work: () => Promise<CaseChangeResult>, say: (made: CaseChangeResult) => string) =>
      perform(work, say).catch((error: unknown) => {
        fail('The change was not made', error);
        return undefined;
      }),
    [perform],
  );

  return { perform, act };
}

const fail = (title: string, error: unknown): void =>
  toasts.add({ type: 'problem', priority: 'high', title, description: (error as Error).message });

export type CaseActions = ReturnType<typeof useCaseActions>;
