import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import type { AuditPage, AuditVerdict } from '@tidewatch/api/schemas';
import { get } from './client.ts';

/** As the API's query has it; empty parts ask nothing. */
export interface AuditFilter {
  readonly who: string;
  readonly action: string;
  readonly target: string;
  readonly from: string;
  readonly to: string;
}

export type AuditRow = AuditPage['items'][number];

export const useAudit = (filter: AuditFilter) =>
  useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      get<AuditPage>('/api/audit', { ...filter, limit: 100, before: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const useVerify = () => useMutation({ mutationFn: () => get<AuditVerdict>('/api/audit/verify') });
