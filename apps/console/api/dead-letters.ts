import { keepPreviousData, type QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type {
  DeadLetter,
  DeadLetterJob,
  DeadLetterJobs,
  DeadLetterPage,
  DeadLetterTotals,
} from '@tidewatch/api/schemas';
import { change, get } from './client.ts';

/** As the API's query has it; empty parts ask nothing. */
export interface LetterFilter {
  readonly q: string;
  readonly state: string;
  readonly reason: string;
  readonly source: string;
  readonly from: string;
  readonly to: string;
}

export const useDeadLetters = (filter: LetterFilter) =>
  useInfiniteQuery({
    queryKey: ['dead-letters', filter],
    queryFn: ({ pageParam, signal }) =>
      get<DeadLetterPage>('/api/dead-letters', { ...filter, limit: 100, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

/** One letter with all its bytes, read only while `wanted`. */
export const useDeadLetter = (id: string, wanted: boolean) =>
  useQuery({
    queryKey: ['dead-letter', id],
    queryFn: ({ signal }) => get<DeadLetter>(`/api/dead-letters/${encodeURIComponent(id)}`, {}, signal),
    enabled: wanted,
  });

/** Counts move no row, and so may follow by themselves; `wanted` is false for those who may not see them. */
export const useLetterTotals = (wanted: boolean) =>
  useQuery({
    queryKey: ['dead-letter-totals'],
    queryFn: ({ signal }) => get<DeadLetterTotals>('/api/dead-letters/totals', {}, signal),
    enabled: wanted,
    refetchInterval: 5_000,
  });

export const isEnded = ({ finishedAt }: DeadLetterJob): boolean => finishedAt !== undefined;

export const useLetterJobs = (wanted: boolean) =>
  useQuery({
    queryKey: ['dead-letter-jobs'],
    queryFn: ({ signal }) => get<DeadLetterJobs>('/api/dead-letters/jobs', {}, signal),
    enabled: wanted,
    refetchInterval: ({ state: { data } }) => (data?.jobs.every(isEnded) === false ? 500 : 10_000),
  });

export type LetterChoice =
  | { readonly ids: readonly string[] }
  | { readonly filter: Partial<LetterFilter> }
  | { readonly job: string };

/** The API takes this many named letters at once. */
export const mostNamed = 1_000;

/** Starts work; `useLetterJobs` tells how far it is. */
export async function startWork(
  client: QueryClient,
  verb: DeadLetterJob['verb'],
  choice: LetterChoice,
  reason?: string,
): Promise<DeadLetterJob> {
  const job = await change<DeadLetterJob>('POST', `/api/dead-letters/${verb}`, {
    ...trimmed(choice),
    ...(reason === undefined ? {} : { reason }),
  });
  void client.invalidateQueries({ queryKey: ['dead-letter-jobs'] });
  return job;
}

/** Empty parts of a filter are left out. */
function trimmed(choice: LetterChoice): LetterChoice {
  if (!('filter' in choice)) return choice;
  return { filter: Object.fromEntries(Object.entries(choice.filter).filter(([, value]) => value !== '')) };
}

export const cancelWork = (id: string): Promise<DeadLetterJob> =>
  change('DELETE', `/api/dead-letters/jobs/${encodeURIComponent(id)}`);

/** Reads everything about letters anew; the list from its top. */
export async function reloadLetters(client: QueryClient): Promise<void> {
  await Promise.all([
    client.resetQueries({ queryKey: ['dead-letters'] }),
    client.invalidateQueries({ queryKey: ['dead-letter-totals'] }),
    client.invalidateQueries({ queryKey: ['dead-letter'] }),
  ]);
}
