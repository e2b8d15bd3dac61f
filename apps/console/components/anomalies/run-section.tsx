'use client';
import { useState } from 'react';
import { cancelRun, startRun, useRun } from '../../api/detectors.ts';
import { entityLabel, outcomeWord } from '../../view/anomaly.ts';
import { figure } from '../../view/forecast.ts';
import { count, plural } from '../../view/quantity.ts';
import { FactTable } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { FormProblem } from '../ui/field.tsx';
import { Section } from '../ui/section.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Time } from '../ui/time.tsx';
import { useAttempt } from '../ui/use-attempt.ts';
import { useNow } from '../ui/use-now.ts';

const spans = [
  { value: 'now-1d', label: 'Day' },
  { value: 'now-7d', label: 'Week' },
  { value: 'now-30d', label: 'Month' },
] as const;

/** Runs the detector over stored events, says how far that is, and what would have been found. */
export function RunSection({
  id,
  onOpen,
}: {
  readonly id: string;
  readonly onOpen: (entity: readonly string[], at: number) => void;
}) {
  const [from, setFrom] = useState<(typeof spans)[number]['value']>('now-7d');
  const [run, setRun] = useState<string>();
  const { data, error } = useRun(run);
  const { busy, problem, attempt } = useAttempt();
  const now = useNow();
  const going = data !== undefined && data.finishedAt === undefined;
  const found = data?.result;
  return (
    <Section title="Over stored events">
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <Segmented label="How much of the past" value={from} onChange={setFrom} choices={spans} />
        <Button
          disabled={busy || going}
          onClick={() => void attempt(async () => setRun((await startRun(id, from)).id))}
        >
          Run it
        </Button>
        {going && (
          <>
            <progress
              aria-label="Events looked at"
              max={data.total ?? 1}
              value={data.total === undefined ? undefined : data.done}
              className="accent-(--accent)"
            />
            <span className="figure text-soft">
              {count(data.done)} of {data.total === undefined ? '?' : count(data.total)} events
            </span>
            <Button look="quiet" onClick={() => void attempt(async () => void (await cancelRun(data.id)))}>
              End it
            </Button>
          </>
        )}
      </div>
      <FormProblem problem={problem ?? error ?? undefined} />
      {data !== undefined && !going && found === undefined && (
        <p role="status" className="text-soft">
          The run {data.state === 'cancelled' ? 'was ended' : 'failed'}
          {data.detail === undefined ? '.' : `: ${data.detail}`}
        </p>
      )}
      {found !== undefined && (
        <>
          <p role="status" className="mb-2">
            {plural(found.events, 'event')},{' '}
            {found.entities === 1 ? '1 entity' : `${count(found.entities)} entities`} ({count(found.graded)}{' '}
            graded): {plural(found.results, 'odd interval')}, {count(found.alerts)} of them worth an alert.
          </p>
          <FactTable
            label="What it would have found"
            rows={found.items}
            rowKey={({ entity, from: at }) => `${JSON.stringify(entity)} ${at}`}
            empty="Nothing odd."
            columns={[
              { title: 'From', cell: ({ from: at }) => <Time at={at} now={now} /> },
              {
                title: 'Entity',
                cell: ({ entity, from: at }) => (
                  <button
                    type="button"
                    onClick={() => onOpen(entity, at)}
                    className="min-h-7 text-left wrap-anywhere hover:underline"
                  >
                    {entityLabel(entity)}
                  </button>
                ),
              },
              { title: 'Grade', right: true, cell: ({ grade }) => figure(grade) },
              { title: 'Outcome', cell: (row) => outcomeWord(row) },
            ]}
          />
        </>
      )}
    </Section>
  );
}
