import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import type { EventPage, FieldNames, Histogram, TopValues } from '@tidewatch/api/schemas';
import type { JsonObject } from '@tidewatch/event';
import { get } from './client.ts';
import { useZone } from './zone.ts';

export interface EventFilter {
  readonly q: string;
  readonly from: string;
  readonly to: string;
}
export type EventSort = 'newest' | 'oldest';
export type ValueOrder = 'frequent' | 'rare';

type Pages = InfiniteData<EventPage, string | undefined>;

export const useEvents = (filter: EventFilter, sort: EventSort) =>
  useInfiniteQuery({
    queryKey: ['events', filter, sort],
    queryFn: ({ pageParam, signal }) =>
      // The histogram counts them, in the same time.
      get<EventPage>(
        '/api/events',
        { ...filter, sort, limit: 100, total: 'false', after: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export function useEventHistogram(filter: EventFilter) {
  const zone = useZone();
  return useQuery({
    queryKey: ['event-histogram', filter, zone],
    queryFn: ({ signal }) =>
      get<Histogram>('/api/events/histogram', { ...filter, buckets: 100, zone }, signal),
    placeholderData: keepPreviousData,
  });
}

/** Read only while `wanted`: the values of a field cost a query each. */
export const useTopValues = (
  field: string,
  filter: EventFilter,
  wanted: boolean,
  order: ValueOrder = 'frequent',
) =>
  useQuery({
    queryKey: ['event-top', field, filter, order],
    queryFn: ({ signal }) =>
      get<TopValues>('/api/events/top', { ...filter, field, order, limit: 10 }, signal),
    enabled: wanted,
    placeholderData: keepPreviousData,
  });

/** Data sets that events of the last day came in. */
export const useDatasets = () =>
  useQuery({
    queryKey: ['event-datasets'],
    queryFn: async ({ signal }) => {
      const asked = { field: 'event.dataset', from: 'now-24h', to: 'now', limit: 100 };
      const { values } = await get<TopValues>('/api/events/top', asked, signal);
      return new Set(values.map(({ value }) => String(value)));
    },
    staleTime: 60_000,
  });

export const useFields = () =>
  useQuery({
    queryKey: ['event-fields'],
    queryFn: ({ signal }) => get<FieldNames>('/api/events/fields', {}, signal),
    staleTime: 60_000,
  });

export const useEvent = (id: string | null) =>
  useQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => get<JsonObject>(`/api/events/${encodeURIComponent(id ?? '')}`, {}, signal),
    enabled: id !== null,
  });

/** Loads the list and its histogram anew from the top. */
export async function reloadEvents(client: QueryClient): Promise<void> {
  client.setQueriesData<Pages>({ queryKey: ['events'] }, (data) =>
    data === undefined ? data : { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
  );
  await Promise.all([
    client.invalidateQueries({ queryKey: ['events'] }),
    client.invalidateQueries({ queryKey: ['event-histogram'] }),
  ]);
}
