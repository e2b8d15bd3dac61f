import type { User } from '@tidewatch/control';
import type { Api } from './route.ts';
import { triagers } from './security/scope.ts';

/** Who works on alerts and cases, and so can be given one. */
export const workers = async ({ control }: Pick<Api, 'control'>): Promise<readonly User[]> =>
  (await control.users.list()).filter(
    ({ roles, disabled }) => !disabled && roles.some((role) => triagers.includes(role)),
  );

export const isWorker = async (id: string, api: Pick<Api, 'control'>): Promise<boolean> =>
  (await workers(api)).some((user) => user.id === id);
