import { type QueryClient, useMutation, useQueries, useQuery } from '@tanstack/react-query';
import type { Model, ModelBacktest, ModelDetail, ModelList, ModelScores } from '@tidewatch/api/schemas';
import { ask, change, get } from './client.ts';

const pathOf = (name: string, version?: string): string =>
  `/api/models/${encodeURIComponent(name)}${version === undefined ? '' : `/versions/${encodeURIComponent(version)}`}`;

export const useModels = () =>
  useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => get<ModelList>('/api/models', {}, signal),
    refetchInterval: 30_000,
    staleTime: 10_000,
  });

const detailQuery = (name: string) => ({
  queryKey: ['model', name],
  queryFn: ({ signal }: { signal: AbortSignal }) => get<ModelDetail>(pathOf(name), {}, signal),
  staleTime: 10_000,
});

export const useModel = (name: string) => useQuery(detailQuery(name));

/** What is known of each, in their order; undefined until it has come. */
export const useModelDetails = (names: readonly string[]): readonly (ModelDetail | undefined)[] =>
  useQueries({ queries: names.map(detailQuery) }).map(({ data }) => data);

/** How the stored scores of the last seven days spread, and how fast the version scores. */
export const useModelScores = (name: string, version: string) =>
  useQuery({
    queryKey: ['model-scores', name, version],
    queryFn: ({ signal }) => get<ModelScores>(`${pathOf(name, version)}/scores`, { from: 'now-7d' }, signal),
    staleTime: 60_000,
  });

/** Lets a version score stored events, as many as asked for at most: it stores and raises nothing. */
export const useModelBacktest = (name: string, version: string) =>
  useMutation({
    mutationFn: (asked: { readonly from: string; readonly events: number }) =>
      ask<ModelBacktest>(`${pathOf(name, version)}/backtest`, asked),
  });

export type StageChange =
  | {
      readonly verb: 'promote';
      readonly version: string;
      readonly to: 'shadow' | 'live';
      readonly force: boolean;
      /** Stored events that its gates look at, at most. */
      readonly events: number;
    }
  | { readonly verb: 'retire'; readonly version: string }
  | { readonly verb: 'rollback' };

/** Changes the stage of a version, for a reason that is kept. */
export async function changeStage(
  client: QueryClient,
  name: string,
  asked: StageChange,
  why: string,
): Promise<void> {
  if (asked.verb === 'promote') {
    const { version, to, force, events } = asked;
    await change('POST', `${pathOf(name, version)}/promote`, { to, force, events, why });
  } else if (asked.verb === 'retire')
    await change<Model>('POST', `${pathOf(name, asked.version)}/retire`, { why });
  else await change<Model>('POST', `${pathOf(name)}/rollback`, { why });
  for (const queryKey of [['models'], ['model', name]]) void client.invalidateQueries({ queryKey });
}
