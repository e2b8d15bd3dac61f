'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { CaseChangeResult } from '@tidewatch/api/schemas';
import { useCallback, useRef } from 'react';
import { refreshCases, undoCase } from '../../api/cases.ts';
import { plural } from '../../view/quantity.ts';
import { toasts } from '../ui/toasts.tsx';

/** How long taking back is offered, in milliseconds. */
const undoMs = 10_000;

const conflictWords = (conflicts: readonly string[] = []): string | undefined =>
  conflicts.length === 0
    ? undefined
    : `${plural(conflicts.length, 'alert')} changed meanwhile and stayed as they are.`;

/** Changes cases: said when done, taken back within 10 s. */
export function useCaseActions() {
  const client = useQueryClient();
  const last = useRef<{ readonly changeId: string; readonly until: number } | undefined>(undefined);

  const undo = useCallback(async () => {
    const change = last.current;
    if (change === undefined || Date.now() > change.until) return;
    last.current = undefined;
    toasts.close(change.changeId);
    try {
      const { conflicts } = await undoCase(change.changeId);
      const description = conflictWords(conflicts);
      toasts.add({ title: 'Undone', timeout: 4_000, ...(description && { description }) });
    } catch (error) {
      fail('The change could not be undone', error);
    }
    refreshCases(client, true);
  }, [client]);

  /** Rejects as `work` does. */
  const perform = useCallback(
    async (work: () => Promise<CaseChangeResult>, say: (made: CaseChangeResult) => string) => {
      try {
        const made = await work();
        const { changeId, conflicts } = made;
        const description = conflictWords(conflicts);
        if (changeId !== undefined) last.current = { changeId, until: Date.now() + undoMs };
        toasts.add({
          ...{ title: say(made), timeout: undoMs, ...(description && { description }) },
          ...(changeId && {
            id: changeId,
            actionProps: { children: 'Undo', onClick: () => void undo() },
          }),
        });
        return made;
      } finally {
        // Also after a refusal: it was on what is no longer true.
        refreshCases(client, true);
      }
    },
    [client, undo],
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

  return { perform, act, undo };
}

const fail = (title: string, error: unknown): void =>
  toasts.add({ type: 'problem', priority: 'high', title, description: (error as Error).message });

export type CaseActions = ReturnType<typeof useCaseActions>;
