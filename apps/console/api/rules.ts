import { keepPreviousData, type QueryClient, useQuery } from '@tanstack/react-query';
import type {
  Backtest,
  Health,
  RuleCoverage,
  RuleDetail,
  RuleList,
  RuleVerdicts,
} from '@tidewatch/api/schemas';
import { change, get } from './client.ts';

/** Read anew when the numbers of rules in some state change. */
export const useRules = (counts: Health['rules'] | undefined) =>
  useQuery({
    queryKey: ['rules', counts],
    queryFn: ({ signal }) => get<RuleList>('/api/rules', {}, signal),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    enabled: counts !== undefined,
  });

export const useRule = (id: string) =>
  useQuery({
    queryKey: ['rule', id],
    queryFn: ({ signal }) => get<RuleDetail>(`/api/rules/${encodeURIComponent(id)}`, {}, signal),
    staleTime: 60_000,
  });

export const useVerdicts = () =>
  useQuery({
    queryKey: ['rule-verdicts'],
    queryFn: ({ signal }) => get<RuleVerdicts>('/api/rules/verdicts', {}, signal),
    staleTime: 60_000,
  });

/** The first answer after rules changed takes the server some seconds. */
export const useCoverage = () =>
  useQuery({
    queryKey: ['rule-coverage'],
    queryFn: ({ signal }) => get<RuleCoverage>('/api/rules/coverage', {}, signal),
    staleTime: 300_000,
  });

/** Lets a rule run again that is in quarantine. */
export async function releaseRule(client: QueryClient, id: string): Promise<void> {
  await change('POST', `/api/rules/${encodeURIComponent(id)}/release`);
  for (const queryKey of [['health'], ['rules'], ['rule', id]]) void client.invalidateQueries({ queryKey });
}

export const startBacktest = (source: string, from: string): Promise<Backtest> =>
  change('POST', '/api/rules/backtests', { source, from });

export const cancelBacktest = (id: string): Promise<Backtest> =>
  change('DELETE', `/api/rules/backtests/${encodeURIComponent(id)}`);

export const isOver = ({ state }: Pick<Backtest, 'state'>): boolean =>
  state !== 'waiting' && state !== 'running';

/** Follows a backtest until it is over. */
export const useBacktest = (id: string | undefined) =>
  useQuery({
    queryKey: ['backtest', id],
    queryFn: ({ signal }) =>
      get<Backtest>(`/api/rules/backtests/${encodeURIComponent(id ?? '')}`, {}, signal),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data !== undefined && isOver(state.data) ? false : 500),
  });
