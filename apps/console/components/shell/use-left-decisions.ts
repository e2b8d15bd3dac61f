'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { AlertChangeResult } from '@tidewatch/api/schemas';
import { useEffect } from 'react';
import { reloadAlerts } from '../../api/alerts.ts';
import { resume } from '../../api/decisions.ts';
import { useSession } from '../../api/session.ts';
import { plural } from '../../view/quantity.ts';
import { toasts } from '../ui/toasts.tsx';

/** Goes on with decisions that an earlier page could not send, and says what came of them. */
export function useLeftDecisions(): void {
  const client = useQueryClient();
  const user = useSession().data?.user;
  useEffect(() => {
    if (user === undefined) return;
    void resume(user).then(async (answers) => {
      if (answers.length === 0) return;
      const made = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const refused = answers.flatMap((one) =>
        one.status === 'rejected' ? [(one.reason as Error).message] : [],
      );
      const conflicts = made.flatMap((one) => (one as Partial<AlertChangeResult>).conflicts ?? []);
      const parts = [
        ...(conflicts.length > 0
          ? [`${plural(conflicts.length, 'alert')} changed meanwhile and stayed as they are.`]
          : []),
        ...(refused.length > 0 ? [`${plural(refused.length, 'decision')} refused: ${refused[0]}`] : []),
      ];
      toasts.add({
        ...(parts.length > 0 && { type: 'problem', description: parts.join(' ') }),
        title: `${plural(made.length, 'decision')} that waited ${made.length === 1 ? 'was' : 'were'} sent`,
        timeout: 12_000,
      });
      await Promise.all([reloadAlerts(client), client.invalidateQueries({ queryKey: ['alert-jobs'] })]);
    });
  }, [user, client]);
}
