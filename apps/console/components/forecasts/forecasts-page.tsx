'use client';
import type { ForecastRow, ForecastList as Forecasts } from '@tidewatch/api/schemas';
import { ChartSpline } from 'lucide-react';
import { useForecasts } from '../../api/forecasts.ts';
import { inOrder } from '../../view/forecast.ts';
import { plural } from '../../view/quantity.ts';
import { useListKeys } from '../grid/use-list-keys.ts';
import { Shown } from '../ui/shown.tsx';
import { EmptyState } from '../ui/states.tsx';
import { ForecastDetailPane } from './forecast-detail.tsx';
import { ForecastList } from './forecast-list.tsx';
import { useForecastState } from './use-forecast-state.ts';

const none: readonly ForecastRow[] = [];

export function ForecastsPage() {
  const query = useForecasts();
  const [{ name, span }, setState] = useForecastState();
  const rows = inOrder(query.data?.series ?? none);
  const [first] = rows;
  const shown = name ?? first?.name;
  useListKeys(
    rows,
    (row) => row.name === shown,
    (row) => void setState({ name: row?.name ?? null }),
    query.refetch,
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Shown query={query} what="The forecasts" rows={12}>
        {(data) => (
          <>
            <Gaps of={data} />
            {shown === undefined ? (
              <EmptyState icon={<ChartSpline size={28} aria-hidden />} title="Nothing is forecast yet">
                {data.runs ? (
                  <p>
                    Waits for the first full minute of values. Ten of them make a first, flat forecast; two
                    days make one that knows the time of day.
                  </p>
                ) : (
                  <p>
                    No role <code className="font-mono">forecaster</code> runs in this server: add it to{' '}
                    <code className="font-mono">roles</code> in the configuration, or ask the server that has
                    it.
                  </p>
                )}
              </EmptyState>
            ) : (
              <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
                <ForecastList
                  rows={rows}
                  current={shown}
                  onChoose={(chosen) => void setState({ name: chosen })}
                />
                <ForecastDetailPane
                  key={shown}
                  name={shown}
                  span={span}
                  onSpan={(chosen) => void setState({ span: chosen })}
                />
              </div>
            )}
          </>
        )}
      </Shown>
    </div>
  );
}

/** What is not forecast although it was asked for. */
function Gaps({ of: { away, targets, leftOut } }: { readonly of: Forecasts }) {
  const faults = targets.filter(({ fault }) => fault !== undefined);
  if (away === undefined && faults.length === 0 && leftOut === 0) return null;
  return (
    <ul className="border-b border-line bg-raised px-4 py-1.5 text-sm text-warn">
      {away !== undefined && <li>Prometheus does not answer ({away}). It is asked again every minute.</li>}
      {away === undefined &&
        faults.map(({ name, fault }) => (
          <li key={name}>
            Prometheus was asked for the target “{name}” in vain: {fault}
          </li>
        ))}
      {leftOut > 0 && (
        <li>
          {plural(leftOut, 'series is', 'series are')} left out: raise{' '}
          <code className="font-mono">max_series</code>, or ask for fewer.
        </li>
      )}
    </ul>
  );
}
