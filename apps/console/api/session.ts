import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Session } from '@tidewatch/api/schemas';
import { type Duty, mayDo } from '../view/role.ts';
import { change, getSession } from './client.ts';
import { useLive } from './live.ts';

/** Who is logged in, and the mode the server runs in. */
export const useSession = () =>
  useQuery({ queryKey: ['session'], queryFn: ({ signal }) => getSession(signal) });

/** Once in a page: follows the demonstration's end, and reads everything afresh when live messages were missed. */
export function useFollowServer(): void {
  const client = useQueryClient();
  useLive('demo', ({ demo }) =>
    client.setQueryData<Session>(['session'], (session) =>
      session === undefined ? session : { ...session, demo },
    ),
  );
  useLive('resync', () => void client.invalidateQueries());
}

/** What who looks may do; nothing, until it is known who they are. */
export function useMay() {
  const { data } = useSession();
  const may = (duty: Duty): boolean => mayDo(duty, data?.roles ?? []);
  return {
    may,
    /** What somebody wrote, they or an engineer may take back. */
    mayTakeBack: ({ author }: { readonly author: string | null }): boolean =>
      may('engineer') || (author !== null && author === data?.user),
  };
}

/** Shows times in a zone, here and wherever they log in; null stands for the browser’s. */
export async function chooseZone(client: QueryClient, zone: string | null): Promise<void> {
  await change('PUT', '/api/session/zone', { zone });
  client.setQueryData<Session>(['session'], (session) => session && { ...session, zone });
}

export const removeDemo = (): Promise<{ events: number; alerts: number }> => change('DELETE', '/api/demo');
