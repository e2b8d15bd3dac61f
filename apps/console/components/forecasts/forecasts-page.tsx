'use client';
import type { ForecastRow } from '@tidewatch/api/schemas';
import { ChartSpline } from 'lucide-react';
import { useForecasts } from '../../api/forecasts.ts';
import { inOrder } from '../../view/forecast.ts';
import { plural } from '../../view/quantity.ts';
import { useListKeys } from '../grid/use-list-keys.ts';
import { EmptyState, ProblemState, SkeletonRows, StaleNote } from '../ui/states.tsx';
import { ForecastDetailPane } from './forecast-detail.tsx';
import { ForecastList } from './forecast-list.tsx';
import { useForecastState } from './use-forecast-state.ts';

const none: readonly ForecastRow[] = [];

export function ForecastsPage() {
  const { data, error, refetch } = useForecasts();
  const [{ name, span }, setState] = useForecastState();
  const rows = inOrder(data?.series ?? none);
  const [first] = rows;
  const shown = name ?? first?.name;
  useListKeys(
    rows,
    (row) => row.name === shown,
    (row) => void setState({ name: row?.name ?? null }),
    refetch,
  );
  if (data === undefined)
    return error === null ? (
      <SkeletonRows label="Loading the forecasts" />
    ) : (
      <ProblemState error={error} what="The forecasts" onRetry={() => void refetch()} />
    );
  const faults = data.targets.filter(({ fault }) => fault !== undefined);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {error !== null && <StaleNote error={error} onRetry={() => void refetch()} />}
      {(data.away !== undefined || faults.length > 0 || data.leftOut > 0) && (
        <ul className="border-b border-line bg-raised px-4 py-1.5 text-sm text-warn">
          {data.away !== undefined && (
            <li>Prometheus does not answer ({data.away}). It is asked again every minute.</li>
          )}
          {data.away === undefined &&
            faults.map((target) => (
              <li key={target.name}>
                Prometheus was asked for the target “{target.name}” in vain: {target.fault}
              </li>
            ))}
          {data.leftOut > 0 && (
            <li>
              {plural(data.leftOut, 'series is', 'series are')} left out: raise `max_series`, or ask for
              fewer.
            </li>
          )}
        </ul>
      )}
      {shown === undefined ? (
        <EmptyState icon={<ChartSpline size={28} aria-hidden />} title="Nothing is forecast yet">
          {data.runs ? (
            <p>
              Waits for the first full minute of values. Ten of them make a first, flat forecast; two days
              make one that knows the time of day.
            </p>
          ) : (
            <p>
              No role <code className="font-mono">forecaster</code> runs in this server: add it to{' '}
              <code className="font-mono">roles</code> in the configuration, or ask the server that has it.
            </p>
          )}
        </EmptyState>
      ) : (
        <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
          <ForecastList rows={rows} current={shown} onChoose={(chosen) => void setState({ name: chosen })} />
          <ForecastDetailPane
            key={shown}
            name={shown}
            span={span}
            onSpan={(chosen) => void setState({ span: chosen })}
          />
        </div>
      )}
    </div>
  );
}
