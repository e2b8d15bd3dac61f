import { keepPreviousData, type QueryClient, useQuery } from '@tanstack/react-query';
import type {
  Backtest,
  Health,
  KeptRule,
  RuleCheck,
  RuleCoverage,
  RuleDetail,
  RuleList,
  RuleVerdicts,
} from '@tidewatch/api/schemas';
import { ask, change, get } from './client.ts';

/** Read anew when the numbers of rules in some state change. */
export const useRules = (counts: Health['rules'] | undefined) =>
  useQuery({
    queryKey: ['rules', counts],
    queryFn: ({ signal }) => get<RuleList>('/api/rules', {}, signal),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    enabled: counts !== undefined,
  });

const pathOf = (id: string): string => `/api/rules/${encodeURIComponent(id)}`;

/** @param id null to ask for none */
export const useRule = (id: string | null) =>
  useQuery({
    queryKey: ['rule', id],
    queryFn: ({ signal }) => get<RuleDetail>(pathOf(id ?? ''), {}, signal),
    staleTime: 60_000,
    enabled: id !== null,
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

const readAgain = (client: QueryClient): void => {
  for (const queryKey of [['health'], ['rules'], ['rule'], ['rule-coverage']])
    void client.invalidateQueries({ queryKey });
};

/** Lets a rule run again that is in quarantine. */
export async function releaseRule(client: QueryClient, id: string): Promise<void> {
  await change('POST', `${pathOf(id)}/release`);
  readAgain(client);
}

/** What is wrong with a rule as somebody writes it; asked once they pause. */
export const useRuleCheck = (id: string | undefined, source: string, isOn: boolean) =>
  useQuery({
    queryKey: ['rule-check', id, source],
    queryFn: async ({ signal }) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      signal.throwIfAborted();
      return ask<RuleCheck>(`${pathOf(id ?? '')}/check`, { source }, signal);
    },
    enabled: isOn && id !== undefined,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    retry: false,
  });

export type RuleChange =
  | { readonly verb: 'put'; readonly source: string }
  | { readonly verb: 'remove' | 'restore' };

/** Writes, deletes or brings back a rule; it is done, and in force, when this resolves. @param version as it was seen; null for none */
export async function changeRule(
  client: QueryClient,
  id: string,
  asked: RuleChange,
  { version, reason }: { readonly version: string | null; readonly reason?: string },
): Promise<KeptRule> {
  const headers: Record<string, string> =
    version !== null ? { 'if-match': `"${version}"` } : asked.verb === 'put' ? { 'if-none-match': '*' } : {};
  const why = reason === undefined || reason === '' ? '' : `?${new URLSearchParams({ reason })}`;
  const made =
    asked.verb === 'put'
      ? await change<KeptRule>('PUT', `${pathOf(id)}${why}`, { source: asked.source }, headers)
      : asked.verb === 'remove'
        ? await change<KeptRule>('DELETE', `${pathOf(id)}${why}`, undefined, headers)
        : await change<KeptRule>('POST', `${pathOf(id)}/restore${why}`, undefined, headers);
  readAgain(client);
  return made;
}

export const startBacktest = (source: string, from: string): Promise<Backtest> =>
  change('POST', '/api/rules/backtests', { source, from });

export const cancelBacktest = (id: string): Promise<Backtest> =>
  change('DELETE', `/api/rules/backtests/${encodeURIComponent(id)}`);

export const isOver = ({ state }: Pick<Backtest, 'state'>): boolean =>
  state !== 'waiting' && state !== 'running';

/** Follows a backtest until it is over. */
export const useBacktest = (id: string | null) =>
  useQuery({
    queryKey: ['backtest', id],
    queryFn: ({ signal }) =>
      get<Backtest>(`/api/rules/backtests/${encodeURIComponent(id ?? '')}`, {}, signal),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data !== undefined && isOver(state.data) ? false : 500),
  });
