import { keepPreviousData, type QueryClient, useQuery } from '@tanstack/react-query';
import type { ForecastDetail, ForecastList } from '@tidewatch/api/schemas';
import { change, get } from './client.ts';

/** Values come once a minute. */
const everyMs = 30_000;

export const useForecasts = () =>
  useQuery({
    queryKey: ['forecasts'],
    queryFn: ({ signal }) => get<ForecastList>('/api/forecasts', {}, signal),
    refetchInterval: everyMs,
    staleTime: 0,
  });

/** @param from as the API takes times, e.g. `now-24h` */
export const useForecast = (name: string, from: string) =>
  useQuery({
    queryKey: ['forecast', name, from],
    queryFn: ({ signal }) =>
      get<ForecastDetail>(`/api/forecasts/${encodeURIComponent(name)}`, { from }, signal),
    refetchInterval: everyMs,
    staleTime: 0,
    placeholderData: keepPreviousData,
  });

/** Takes what is off of a series for its new level. */
export async function acknowledge(client: QueryClient, name: string): Promise<void> {
  await change('POST', `/api/forecasts/${encodeURIComponent(name)}/acknowledge`);
  for (const queryKey of [['forecasts'], ['forecast', name]]) void client.invalidateQueries({ queryKey });
}
