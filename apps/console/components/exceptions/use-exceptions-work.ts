'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { Exception, ExceptionBody, ExceptionMade } from '@tidewatch/api/schemas';
import type { CloseReason } from '@tidewatch/event';
import { useCallback } from 'react';
import { closeAlert, refreshAfter } from '../../api/alerts.ts';
import { addException, removeException } from '../../api/exceptions.ts';
import { useMay } from '../../api/session.ts';
import { toasts } from '../ui/toasts.tsx';
import { undoable } from '../ui/undo.ts';

const whereTo = ({ redirected }: ExceptionMade): string =>
  redirected.length === 0
    ? 'It is in force within seconds.'
    : `In force within seconds, on the rules that it builds on: ${redirected.flatMap(({ rules }) => rules.map(({ title }) => title)).join(', ')}.`;

const problem = (title: string, description: string): void =>
  toasts.add({ type: 'problem', priority: 'high', title, description });

/** Makes and removes exceptions, and says what came of it. */
export function useExceptionsWork() {
  const client = useQueryClient();
  const { may, mayTakeBack } = useMay();

  const remove = useCallback(
    async ({ id, state }: Pick<Exception, 'id' | 'state'>): Promise<void> => {
      try {
        await removeException(client, id);
        toasts.add({
          title: 'The exception is gone',
          ...(state === 'in_force' && { description: 'Alerts come again within seconds.' }),
        });
      } catch (error) {
        problem('The exception is still there', (error as Error).message);
      }
    },
    [client],
  );

  /** Rejects with what the API says, for the dialog to show. The alert is closed with the same words, and reopened by the same undo. */
  const add = useCallback(
    async (
      body: ExceptionBody,
      verdict: { readonly alert: string; readonly reason: CloseReason } | undefined,
    ): Promise<void> => {
      const made = await addException(client, body);
      const closed =
        verdict &&
        (await closeAlert(verdict.alert, verdict.reason, body.reason).catch((error: Error) => error));
      const closing = closed instanceof Error ? undefined : closed;
      if (closed instanceof Error) problem('The alert is still open', closed.message);
      if (closing !== undefined) refreshAfter(client, closing.changed);
      const undo = (): void => {
        void remove(made.exception);
        closing?.undo().then(
          ({ changed }) => refreshAfter(client, changed),
          (error: Error) => problem('The alert stays closed', error.message),
        );
      };
      undoable(undo).offer({
        title: closing === undefined ? 'Exception made' : 'Exception made, alert closed',
        description: whereTo(made),
      });
    },
    [client, remove],
  );

  return {
    add,
    remove,
    mayMake: may('triage'),
    mayRemove: mayTakeBack,
  };
}
