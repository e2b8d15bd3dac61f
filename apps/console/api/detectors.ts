import { keepPreviousData, type QueryClient, useQuery } from '@tanstack/react-query';
import type {
  DetectorDetail,
  DetectorEntities,
  DetectorEstimate,
  DetectorHistory,
  DetectorList,
  DetectorRow,
  DetectorRun,
  DetectorSeries,
  NormalBody,
  NormalEffect,
  NormalList,
  NormalRow,
  SuggestionList,
} from '@tidewatch/api/schemas';
import { ask, change, get } from './client.ts';

const everyMs = 15_000;
const pathOf = (id: string, more = ''): string => `/api/detectors/${encodeURIComponent(id)}${more}`;

export interface HistoryFilter {
  readonly q: string;
  readonly from: string;
  readonly to: string;
}

export const useDetectors = () =>
  useQuery({
    queryKey: ['detectors'],
    queryFn: ({ signal }) => get<DetectorList>('/api/detectors', {}, signal),
    refetchInterval: everyMs,
    staleTime: 0,
  });

export const useDetector = (id: string) =>
  useQuery({
    queryKey: ['detector', id],
    queryFn: ({ signal }) => get<DetectorDetail>(pathOf(id), {}, signal),
    refetchInterval: everyMs,
    staleTime: 0,
  });

export const useAnomalies = (id: string, filter: HistoryFilter) =>
  useQuery({
    queryKey: ['detector', id, 'history', filter],
    queryFn: ({ signal }) => get<DetectorHistory>(pathOf(id, '/history'), { ...filter, limit: 200 }, signal),
    placeholderData: keepPreviousData,
    staleTime: everyMs,
  });

export const useDetectorEntities = (id: string, text: string, enabled: boolean) =>
  useQuery({
    queryKey: ['detector', id, 'entities', text],
    queryFn: ({ signal }) => get<DetectorEntities>(pathOf(id, '/entities'), { text }, signal),
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: everyMs,
    staleTime: 0,
  });

/** @param entity JSON of its values */
export const useSeries = (id: string, entity: string) =>
  useQuery({
    queryKey: ['detector', id, 'series', entity],
    queryFn: ({ signal }) => get<DetectorSeries>(pathOf(id, '/series'), { entity }, signal),
    refetchInterval: everyMs,
    staleTime: 0,
  });

export const useNormal = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: ['detector', id, 'normal'],
    queryFn: ({ signal }) => get<NormalList>(pathOf(id, '/normal'), {}, signal),
    enabled,
  });

export const useSuggestions = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: ['detector', id, 'suggestions'],
    queryFn: ({ signal }) => get<SuggestionList>(pathOf(id, '/suggestions'), {}, signal),
    enabled,
    staleTime: 60_000,
  });

export type EffectAsked = Omit<NormalBody, 'reason'>;

/** What calling something normal would have hidden; undefined while it can't be asked. */
export const useEffectOf = (id: string, asked: EffectAsked | undefined) =>
  useQuery({
    queryKey: ['detector', id, 'effect', asked],
    queryFn: ({ signal }) => ask<NormalEffect>(pathOf(id, '/normal/effect'), asked, signal),
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export const useEstimate = (source: string | undefined) =>
  useQuery({
    queryKey: ['detector-estimate', source],
    queryFn: ({ signal }) => ask<DetectorEstimate>('/api/detectors/estimate', { source }, signal),
    enabled: source !== undefined,
    retry: false,
  });

/** Follows a run over stored events until it ends. */
export const useRun = (run: string | undefined) =>
  useQuery({
    queryKey: ['detector-run', run],
    queryFn: ({ signal }) => get<DetectorRun>(`/api/detectors/runs/${run}`, {}, signal),
    enabled: run !== undefined,
    refetchInterval: ({ state }) => (state.data?.finishedAt === undefined ? 500 : false),
    staleTime: 0,
  });

/** Reads again what is shown of detectors. */
export async function refreshDetectors(client: QueryClient): Promise<void> {
  await Promise.all(['detectors', 'detector'].map((key) => client.invalidateQueries({ queryKey: [key] })));
}

export const putDetector = (id: string, source: string) => change<DetectorRow>('PUT', pathOf(id), { source });
export const removeDetector = (id: string) => change('DELETE', pathOf(id));
export const startRun = (id: string, from: string) =>
  change<DetectorRun>('POST', pathOf(id, '/runs'), { from });
export const cancelRun = (run: string) => change<DetectorRun>('DELETE', `/api/detectors/runs/${run}`);
export const addNormal = (id: string, body: NormalBody) =>
  change<NormalRow>('POST', pathOf(id, '/normal'), body);
export const removeNormal = (id: string, normal: string) =>
  change<NormalRow>('DELETE', pathOf(id, `/normal/${normal}`));
