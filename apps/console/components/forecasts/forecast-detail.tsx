'use client';
import type { ForecastDetail } from '@tidewatch/api/schemas';
import { useMemo, useState } from 'react';
import { useForecast } from '../../api/forecasts.ts';
import { type ChartRows, chartRows, figure, type Span, spans } from '../../view/forecast.ts';
import { shortTime } from '../../view/moment.ts';
import { drawBandChart } from '../charts/band-chart.ts';
import { Chart } from '../charts/chart.tsx';
import { ChartOrTable, TableToggle } from '../charts/chart-or-table.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Shown } from '../ui/shown.tsx';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { ForecastFigures } from './forecast-figures.tsx';

/** One series: what was, its band, what is expected, and how good that was so far. */
export function ForecastDetailPane({
  name,
  span,
  onSpan,
}: {
  readonly name: string;
  readonly span: Span;
  readonly onSpan: (span: Span) => void;
}) {
  const query = useForecast(name, `now-${span}`);
  return (
    <section aria-label={name} className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto">
      <Shown query={query} what="The forecast" rows={12}>
        {(data) => (
          <>
            <div className="flex flex-wrap items-center gap-3 px-4 pt-3">
              <div className="min-w-0 flex-1">
                <h2 className="truncate text-base font-semibold" title={name}>
                  {name}
                </h2>
                <p className="text-sm text-soft">{data.says}</p>
              </div>
              <AcknowledgeButton forecast={data} />
              <Segmented label="How much of the past" value={span} onChange={onSpan} choices={spans} />
              <TableToggle />
            </div>
            <Paths detail={data} />
            <ForecastFigures forecast={data} />
          </>
        )}
      </Shown>
    </section>
  );
}

const parts = [
  ['Was', 'actual'],
  ['Expected', 'expected'],
  ['Lower 99 %', 'lower99'],
  ['Upper 99 %', 'upper99'],
  ['Lower 80 %', 'lower80'],
  ['Upper 80 %', 'upper80'],
] as const;

function Paths({ detail }: { readonly detail: ForecastDetail }) {
  const rows = useMemo(() => chartRows(detail), [detail]);
  const [hovered, setHovered] = useState<number | null>(null);
  return (
    <ChartOrTable
      label="Values"
      rows={rows.times.map((time, i) => ({ time, i })).reverse()}
      rowKey={({ time }) => time}
      columns={[
        { title: 'Time', cell: ({ time }) => shortTime(time, Date.now()) },
        ...parts.map(([title, part]) => ({
          ...{ title, right: true },
          cell: ({ i }: { readonly i: number }) => figure(rows[part][i] ?? null),
        })),
      ]}
      className="mx-1 my-2 h-80"
      chart={
        <>
          <Readout rows={rows} at={hovered} />
          <div className="h-80 min-h-60 px-2">
            <Chart
              label={`${detail.name}: what was, and what is expected`}
              draw={(element) => drawBandChart(element, rows, detail.limit, setHovered)}
              shown={[rows, detail.limit]}
            />
          </div>
        </>
      }
    />
  );
}

/** What is under the pointer; else what the lines are. */
function Readout({ rows, at }: { readonly rows: ChartRows; readonly at: number | null }) {
  const time = at === null ? undefined : rows.times[at];
  if (at === null || time === undefined)
    return (
      <ul className="flex h-7 flex-wrap items-center gap-x-4 px-4 text-xs text-soft">
        <li>
          <span aria-hidden className="mr-1.5 inline-block h-0.5 w-4 bg-ink align-middle" />
          what was
        </li>
        <li>
          <span
            aria-hidden
            className="mr-1.5 inline-block w-4 border-t-2 border-dashed border-accent align-middle"
          />
          what is expected
        </li>
        <li>
          <span
            aria-hidden
            className="mr-1.5 inline-block h-3 w-4 bg-accent/16 align-middle forced-color-adjust-none"
          />
          band of 99 %, ahead also of 80 %
        </li>
      </ul>
    );
  return (
    <p className="figure flex h-7 flex-wrap items-center gap-x-4 px-4 text-xs text-soft">
      <span className="text-ink">{shortTime(time, Date.now())}</span>
      {at < rows.ahead && <span>was {figure(rows.actual[at] ?? null)}</span>}
      <span>expected {figure(rows.expected[at] ?? null)}</span>
      <span>
        99 % from {figure(rows.lower99[at] ?? null)} to {figure(rows.upper99[at] ?? null)}
      </span>
    </p>
  );
}
