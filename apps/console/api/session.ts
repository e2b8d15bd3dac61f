import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Session } from '@tidewatch/api/schemas';
import { change, getSession } from './client.ts';
import { useLive } from './live.ts';

/** Who is logged in, and the mode the server runs in; follows the demonstration's end, and reads everything afresh when live messages were missed. */
export function useSession() {
  const client = useQueryClient();
  useLive('demo', ({ demo }) =>
    client.setQueryData<Session>(['session'], (session) =>
      session === undefined ? session : { ...session, demo },
    ),
  );
  useLive('resync', () => void client.invalidateQueries());
  return useQuery({ queryKey: ['session'], queryFn: ({ signal }) => getSession(signal) });
}

export const removeDemo = (): Promise<{ events: number; alerts: number }> => change('DELETE', '/api/demo');
