import { keepPreviousData, type QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type {
  CaseAlerts,
  CaseBody,
  CaseChangeBody,
  CaseChangeResult,
  CaseDetail,
  CaseOwners,
  CasePage,
} from '@tidewatch/api/schemas';
import type { AlertFilter } from './alerts.ts';
import { change, get } from './client.ts';

/** Others work on cases, too, and say so nowhere else. */
const refetchMs = 15_000;
const url = (id: string, rest = ''): string => `/api/cases/${encodeURIComponent(id)}${rest}`;

export const useCases = (q: string) =>
  useInfiniteQuery({
    queryKey: ['cases', q],
    queryFn: ({ pageParam, signal }) =>
      get<CasePage>('/api/cases', { q, limit: 100, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const useCase = (id: string) =>
  useQuery({
    queryKey: ['case', id],
    queryFn: ({ signal }) => get<CaseDetail>(url(id), {}, signal),
    refetchInterval: refetchMs,
    staleTime: 0,
  });

export const useCaseAlerts = (id: string) =>
  useInfiniteQuery({
    queryKey: ['case-alerts', id],
    queryFn: ({ pageParam, signal }) =>
      get<CaseAlerts>(url(id, '/alerts'), { limit: 200, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });

/** Cases by words of their titles, and of one alert where it is named. */
export const useFoundCases = (
  words: string,
  { alert, wanted = true }: { alert?: string; wanted?: boolean },
) =>
  useQuery({
    queryKey: ['found-cases', words, alert],
    queryFn: ({ signal }) => {
      const q = (words.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `title: *${word}*`).join(' and ');
      return get<CasePage>('/api/cases', { q, alert, limit: 20 }, signal);
    },
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

export const useCaseOwners = () =>
  useQuery({
    queryKey: ['case-owners'],
    queryFn: ({ signal }) => get<CaseOwners>('/api/cases/owners', {}, signal),
    staleTime: 60_000,
  });

/** Reads again whatever shows cases, and alerts where these were changed with one. */
export function refreshCases(client: QueryClient, withAlerts = false): void {
  for (const key of ['cases', 'case', 'case-alerts', 'found-cases'])
    void client.invalidateQueries({ queryKey: [key] });
  if (withAlerts)
    for (const key of ['alerts', 'alert', 'alert-totals', 'alert-histogram'])
      void client.invalidateQueries({ queryKey: [key] });
}

type Change = Promise<CaseChangeResult>;
export const openCase = (body: CaseBody): Change => change('POST', '/api/cases', body);
export const changeCase = (id: string, body: CaseChangeBody): Change => change('PUT', url(id), body);
export const noteCase = (id: string, note: string): Change => change('POST', url(id, '/notes'), { note });
export const addToCase = (id: string, ids: readonly string[]): Change =>
  change('POST', url(id, '/alerts'), { ids });
export const addFoundToCase = (id: string, filter: AlertFilter): Change =>
  change('POST', url(id, '/alerts/found'), { filter });
export const removeFromCase = (id: string, ids: readonly string[]): Change =>
  change('POST', url(id, '/alerts/remove'), { ids });
export const undoCase = (changeId: string): Change => change('POST', '/api/cases/undo', { changeId });
