import { useQuery } from '@tanstack/react-query';
import type { Prevalence, RelatedAlerts } from '@tidewatch/api/schemas';
import { get } from './client.ts';

const pathOf = (id: string): string => `/api/alerts/${encodeURIComponent(id)}`;

export const useRelatedAlerts = (id: string) =>
  useQuery({
    queryKey: ['alert-related', id],
    queryFn: ({ signal }) => get<RelatedAlerts>(`${pathOf(id)}/related`, {}, signal),
  });

/** Costs a read of thirty days. */
export const usePrevalence = (id: string, match: string) =>
  useQuery({
    queryKey: ['alert-prevalence', id, match],
    queryFn: ({ signal }) => get<Prevalence>(`${pathOf(id)}/prevalence`, { match }, signal),
    staleTime: 5 * 60_000,
  });
