import { type QueryClient, useQuery } from '@tanstack/react-query';
import type { UseCaseChanged, UseCaseDetail, UseCaseList } from '@tidewatch/api/schemas';
import { change, get } from './client.ts';

export const useUseCases = () =>
  useQuery({
    queryKey: ['use-cases'],
    queryFn: ({ signal }) => get<UseCaseList>('/api/usecases', {}, signal),
    staleTime: 30_000,
    refetchInterval: 30_000,
  });

export const useUseCase = (name: string) =>
  useQuery({
    queryKey: ['use-case', name],
    queryFn: ({ signal }) => get<UseCaseDetail>(`/api/usecases/${encodeURIComponent(name)}`, {}, signal),
    staleTime: 30_000,
  });

/** Writes what a use-case says, if it still says what it did in `version`. */
export async function writeUseCase(
  client: QueryClient,
  { name, source, version }: { readonly name: string; readonly source: string; readonly version: string },
): Promise<UseCaseChanged> {
  const path = `/api/usecases/${encodeURIComponent(name)}`;
  const made = await change<UseCaseChanged>('PUT', path, { source }, { 'if-match': `"${version}"` });
  for (const queryKey of [['use-cases'], ['use-case', name], ['health']])
    void client.invalidateQueries({ queryKey });
  return made;
}
