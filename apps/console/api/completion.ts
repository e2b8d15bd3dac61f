import { useQuery } from '@tanstack/react-query';
import type { Completion } from '@tidewatch/api/schemas';
import { get } from './client.ts';

export interface CompletionRequest {
  readonly text: string;
  /** Of the cursor, UTF-16 units. */
  readonly position: number;
  /** Whose values are counted, where the list has times. */
  readonly from?: string;
  readonly to?: string;
}

/**
 * What can stand at a place of a query; what is typed over is cancelled.
 *
 * @param list under `/api`, e.g. `alerts`; undefined where nothing is completed
 * @param opening what was known before is shown until more is known, within one opening of the list
 */
export const useCompletions = (
  list: string | undefined,
  opening: number,
  asked: CompletionRequest | undefined,
) =>
  useQuery({
    queryKey: ['completions', list, opening, asked],
    queryFn: ({ signal }) => get<Completion>(`/api/${list}/complete`, { ...asked }, signal),
    enabled: list !== undefined && asked !== undefined,
    gcTime: 60_000,
    // Whoever types on asks again anyway.
    retry: false,
    placeholderData: (before, query) => (query?.queryKey[2] === opening ? before : undefined),
  });
