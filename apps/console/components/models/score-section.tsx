'use client';
import type { ModelBacktest } from '@tidewatch/api/schemas';
import { useState } from 'react';
import { useModelBacktest, useModelScores } from '../../api/models.ts';
import { latencyWords, speedWords } from '../../view/model.ts';
import { duration } from '../../view/moment.ts';
import { count, plural } from '../../view/quantity.ts';
import { FactTable, StateDot } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Shown } from '../ui/shown.tsx';

const ranges = [
  { value: 'now-24h', label: 'Day' },
  { value: 'now-7d', label: 'Week' },
  { value: 'now-30d', label: '30 days' },
] as const;

/** How many stored events a backtest looks at, at most. */
export const sampleSizes = (['20000', '100000', '500000'] as const).map((value) => ({
  value,
  label: count(Number(value)),
}));
export type SampleSize = (typeof sampleSizes)[number]['value'];

/** How a version scores: what is stored of it, and what it would say of stored events. */
export function ScoreSection({
  name,
  version,
  may,
}: {
  readonly name: string;
  readonly version: string;
  readonly may: boolean;
}) {
  const scores = useModelScores(name, version);
  const backtest = useModelBacktest(name, version);
  const [from, setFrom] = useState<(typeof ranges)[number]['value']>('now-7d');
  const [most, setMost] = useState<SampleSize>('20000');
  return (
    <div className="flex flex-col gap-3">
      <Shown query={scores} what="The scores">
        {({ tenths, speed }) => (
          <>
            <Histogram counts={tenths} />
            <p className="figure">{speedWords(speed)}</p>
          </>
        )}
      </Shown>
      {may && (
        <div className="flex flex-wrap items-center gap-2">
          <Segmented label="Stored events to try it on" value={from} onChange={setFrom} choices={ranges} />
          <span className="text-sm text-soft">at most</span>
          <Segmented label="Events at most" value={most} onChange={setMost} choices={sampleSizes} />
          <span className="text-sm text-soft">events</span>
          <Button
            disabled={backtest.isPending}
            onClick={() => backtest.mutate({ from, events: Number(most) })}
          >
            {backtest.isPending ? 'Scoring…' : 'Score stored events'}
          </Button>
          {backtest.error !== null && (
            <span role="alert" className="text-bad">
              {backtest.error.message}
            </span>
          )}
        </div>
      )}
      {backtest.data !== undefined && <Outcome outcome={backtest.data} />}
    </div>
  );
}

/** Bars in a table, so that one is the other's twin. */
function Histogram({ counts }: { readonly counts: readonly number[] }) {
  const most = Math.max(...counts);
  if (most === 0) return <p className="text-soft">No score of it was stored in the last seven days.</p>;
  return (
    <table className="w-full">
      <caption className="mb-1 text-left text-xs text-soft">
        Stored scores of the last seven days, those of which you may see the events’ class
      </caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Score</th>
          <th scope="col">Events</th>
        </tr>
      </thead>
      <tbody>
        {counts.map((times, tenth) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the tenth is what the row is
          <tr key={tenth}>
            <th scope="row" className="figure w-20 pr-3 text-right text-xs font-normal text-soft">
              {tenth / 10} – {(tenth + 1) / 10}
            </th>
            <td>
              <span className="flex items-center gap-2">
                <span
                  className="h-3 min-w-px bg-accent forced-color-adjust-none"
                  style={{ width: `${(times / most) * 75}%` }}
                />
                <span className="figure text-xs text-soft">{count(times)}</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shares = ['50 %', '90 %', '99 %', '99.9 %'];

function Outcome({ outcome: { result, gates } }: { readonly outcome: ModelBacktest }) {
  return (
    <div className="flex flex-col gap-2" role="status">
      <p className="figure">
        {count(result.scored)} of {plural(result.events, 'event')}{' '}
        {result.events < result.total && `(spread over ${count(result.total)}) `}
        scored, {latencyWords(result.perSecond)} each; {plural(result.matches, 'match', 'matches')},{' '}
        {plural(result.alerts, 'alert')} in {duration(result.covered)}
        {result.events < result.total && ` of ${duration(result.span)}`}.
      </p>
      <p className="figure text-soft">
        {result.quantiles.map((value, at) => `${shares[at]} below ${value.toPrecision(2)}`).join(', ')}
      </p>
      {result.faults.map((fault) => (
        <p key={fault} role="alert" className="text-bad">
          {fault}
        </p>
      ))}
      <FactTable
        label="Gates"
        rows={gates}
        rowKey={(gate) => gate.name}
        empty="No gate stands before it."
        columns={[
          { title: 'Gate', cell: (gate) => gate.name },
          {
            title: 'State',
            cell: ({ passed }) => (
              <StateDot look={passed ? 'good' : 'bad'}>{passed ? 'passed' : 'not passed'}</StateDot>
            ),
          },
          { title: 'Found', cell: ({ found }) => <span className="text-soft">{found}</span> },
        ]}
      />
    </div>
  );
}
