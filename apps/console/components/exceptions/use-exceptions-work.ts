'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { Exception, ExceptionBody, ExceptionMade } from '@tidewatch/api/schemas';
import { useCallback } from 'react';
import { addException, removeException } from '../../api/exceptions.ts';
import { useSession } from '../../api/session.ts';
import { toasts } from '../ui/toasts.tsx';

const undoMs = 10_000;
const makers = new Set(['analyst', 'engineer', 'admin']);
const removers = new Set(['engineer', 'admin']);

const whereTo = ({ redirected }: ExceptionMade): string =>
  redirected.length === 0
    ? 'It is in force within seconds.'
    : `In force within seconds, on the rules that it builds on: ${redirected.flatMap(({ rules }) => rules.map(({ title }) => title)).join(', ')}.`;

/** Makes and removes exceptions, and says what came of it. */
export function useExceptionsWork() {
  const client = useQueryClient();
  const session = useSession().data;
  const has = (roles: ReadonlySet<string>): boolean =>
    session?.roles.some((role) => roles.has(role)) ?? false;

  const remove = useCallback(
    async ({ id, state }: Pick<Exception, 'id' | 'state'>): Promise<void> => {
      try {
        await removeException(client, id);
        toasts.add({
          title: 'The exception is gone',
          ...(state === 'in_force' && { description: 'Alerts come again within seconds.' }),
        });
      } catch (error) {
        toasts.add({
          type: 'problem',
          priority: 'high',
          title: 'The exception is still there',
          description: (error as Error).message,
        });
      }
    },
    [client],
  );

  /** Rejects with what the API says, for the dialog to show. */
  const add = useCallback(
    async (body: ExceptionBody): Promise<void> => {
      const made = await addException(client, body);
      const { id } = made.exception;
      const undo = (): void => {
        toasts.close(id);
        void remove(made.exception);
      };
      toasts.add({
        id,
        title: 'Exception made',
        description: whereTo(made),
        timeout: undoMs,
        actionProps: { children: 'Undo', onClick: undo },
      });
    },
    [client, remove],
  );

  return {
    add,
    remove,
    mayMake: has(makers),
    mayRemove: ({ author }: Pick<Exception, 'author'>): boolean =>
      has(removers) || (author !== null && author === session?.user),
  };
}
