import { type QueryClient, useQuery } from '@tanstack/react-query';
import type { Searches, View, ViewBody, ViewChangeBody, ViewList } from '@tidewatch/api/schemas';
import { change, get } from './client.ts';

export type ViewPage = View['page'];
export type SearchPage = ViewPage | 'cases' | 'dead-letters';

const query = {
  queryKey: ['views'],
  queryFn: ({ signal }: { signal: AbortSignal }) => get<ViewList>('/api/views', {}, signal),
};

export const useViews = (wanted = true) => useQuery({ ...query, enabled: wanted });

export const fetchViews = (client: QueryClient): Promise<ViewList> => client.fetchQuery(query);

const refresh = (client: QueryClient): void => void client.invalidateQueries({ queryKey: ['views'] });

export async function addView(client: QueryClient, body: ViewBody): Promise<View> {
  const made = await change<View>('POST', '/api/views', body);
  refresh(client);
  return made;
}

export async function changeView(client: QueryClient, id: string, body: ViewChangeBody): Promise<void> {
  await change<View>('PUT', `/api/views/${encodeURIComponent(id)}`, body);
  refresh(client);
}

export async function removeView(client: QueryClient, id: string): Promise<void> {
  await change<View>('DELETE', `/api/views/${encodeURIComponent(id)}`);
  refresh(client);
}

export async function setDefaultView(
  client: QueryClient,
  page: ViewPage,
  view: string | null,
): Promise<void> {
  await change('PUT', '/api/views/default', { page, view });
  refresh(client);
}

/** What one asked in a page before; read anew whenever it is shown. */
export const useSearches = (page: SearchPage, wanted: boolean) =>
  useQuery({
    queryKey: ['searches', page],
    queryFn: ({ signal }) => get<Searches>('/api/searches', { page }, signal),
    enabled: wanted,
    staleTime: 0,
  });

export const noteSearch = (page: SearchPage, q: string): Promise<void> =>
  change('PUT', '/api/searches', { page, q });

export async function forgetSearches(client: QueryClient): Promise<void> {
  await change('DELETE', '/api/searches');
  void client.invalidateQueries({ queryKey: ['searches'] });
}
