import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { DiskReport, Health, RuleDetail, RuleList } from '@tidewatch/api/schemas';
import { get } from './client.ts';

export const useHealth = () =>
  useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => get<Health>('/api/health', {}, signal),
    refetchInterval: 5_000,
    staleTime: 0,
  });

export const useDisk = () =>
  useQuery({
    queryKey: ['disk'],
    queryFn: ({ signal }) => get<DiskReport>('/api/disk', {}, signal),
    refetchInterval: 15_000,
    staleTime: 10_000,
  });

/** Read anew when the numbers of rules in some state change. */
export const useRules = (counts: Health['rules']) =>
  useQuery({
    queryKey: ['rules', counts],
    queryFn: ({ signal }) => get<RuleList>('/api/rules', {}, signal),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });

export const useRule = (id: string) =>
  useQuery({
    queryKey: ['rule', id],
    queryFn: ({ signal }) => get<RuleDetail>(`/api/rules/${encodeURIComponent(id)}`, {}, signal),
    staleTime: 60_000,
  });
