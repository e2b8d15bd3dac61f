import { useQuery } from '@tanstack/react-query';
import type { DiskReport, Health } from '@tidewatch/api/schemas';
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
