import { type QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type {
  Exception,
  ExceptionBody,
  ExceptionList,
  ExceptionMade,
  ExceptionPreview,
} from '@tidewatch/api/schemas';
import { ask, change, get } from './client.ts';

/** Their state changes by time, and so is read again; `wanted` is false for those who may not see them. */
export const useExceptions = (wanted: boolean) =>
  useQuery({
    queryKey: ['exceptions'],
    queryFn: ({ signal }) => get<ExceptionList>('/api/exceptions', {}, signal),
    enabled: wanted,
    refetchInterval: 15_000,
    staleTime: 0,
  });

/** What an exception would have kept away, part after part of the alerts; not asked while it has no condition. */
export const useExceptionPreview = ({ rules, conditions }: Pick<ExceptionBody, 'rules' | 'conditions'>) =>
  useInfiniteQuery({
    queryKey: ['exception-preview', rules, conditions],
    queryFn: ({ pageParam, signal }) =>
      ask<ExceptionPreview>(
        '/api/exceptions/preview',
        { rules, conditions, ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    enabled: conditions.length > 0,
    retry: false,
  });

export async function addException(client: QueryClient, body: ExceptionBody): Promise<ExceptionMade> {
  const made = await change<ExceptionMade>('POST', '/api/exceptions', body);
  void client.invalidateQueries({ queryKey: ['exceptions'] });
  return made;
}

export async function removeException(client: QueryClient, id: string): Promise<Exception> {
  const removed = await change<Exception>('DELETE', `/api/exceptions/${encodeURIComponent(id)}`);
  void client.invalidateQueries({ queryKey: ['exceptions'] });
  return removed;
}
