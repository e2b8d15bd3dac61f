'use client';
import type { Backtest } from '@tidewatch/api/schemas';
import { Play, Square } from 'lucide-react';
import { useState } from 'react';
import { cancelBacktest, isOver, startBacktest, type useBacktest } from '../../api/rules.ts';
import { count, plural } from '../../view/quantity.ts';
import { FactTable } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { TextLink } from '../ui/link.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

const ranges = [
  { value: 'now-24h', label: 'Day' },
  { value: 'now-7d', label: 'Week' },
  { value: 'now-30d', label: '30 days' },
] as const;
type Range = (typeof ranges)[number]['value'];

/** Runs a rule over stored events beside those in force; nothing of it is in force. */
export function BacktestPanel({
  source,
  run,
  trial: { data, error },
  onRun,
}: {
  readonly source: string;
  readonly run: string | null;
  readonly trial: ReturnType<typeof useBacktest>;
  readonly onRun: (run: string) => void;
}) {
  const [from, setFrom] = useState<Range>('now-24h');
  const [problem, setProblem] = useState<string>();
  const running = run !== null && error === null && (data === undefined || !isOver(data));
  const attempt = async (work: () => Promise<Backtest>): Promise<void> => {
    setProblem(undefined);
    try {
      onRun((await work()).id);
    } catch (cause) {
      setProblem((cause as Error).message);
    }
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented label="Stored events to try it on" value={from} onChange={setFrom} choices={ranges} />
        {running ? (
          <Button onClick={() => void attempt(() => cancelBacktest(run))}>
            <Square size={12} aria-hidden /> Stop
          </Button>
        ) : (
          <Button onClick={() => void attempt(() => startBacktest(source, from))}>
            <Play size={12} aria-hidden /> Try it on them
          </Button>
        )}
        <span role="status" className="figure text-soft">
          {data !== undefined && progressOf(data)}
          {data?.source !== undefined && isOver(data) && data.source !== source && ', as it was tried'}
        </span>
      </div>
      {(problem ?? error?.message) !== undefined && (
        <p role="alert" className="text-bad">
          {problem ?? error?.message}
        </p>
      )}
      {data?.result !== undefined && <Outcome result={data.result} />}
    </div>
  );
}

function progressOf({ state, done, total, detail }: Backtest): string {
  if (state === 'waiting') return 'Waits for its turn';
  if (state === 'failed') return `Failed: ${detail ?? 'the server does not say why'}`;
  if (state === 'done') return `Done: ${plural(done, 'event')}`;
  // Events come while it runs, so that there may be more in the end.
  const looked = `${count(done)}${total === undefined ? '' : ` of about ${count(total)}`} events`;
  return state === 'running' ? `Looked at ${looked}` : `Stopped: ${looked}`;
}

function Outcome({ result }: { readonly result: NonNullable<Backtest['result']> }) {
  const now = useNow();
  const samples = result.rules.flatMap(({ samples: its }) => its).slice(0, 10);
  return (
    <>
      {result.rejected.map(({ title, reason }) => (
        <p key={title} role="alert" className="text-bad">
          {title}: {reason ?? 'could not be tried'}
        </p>
      ))}
      <FactTable
        label="What it would find"
        rows={result.rules}
        rowKey={({ id }) => id}
        empty={`It finds nothing in ${plural(result.events, 'event')}, nor do the rules in force that it would change.`}
        columns={[
          { title: 'Rule', cell: ({ title }) => title },
          { title: 'In force', right: true, cell: ({ before }) => plural(before.alerts, 'alert') },
          {
            title: 'As tried',
            right: true,
            cell: ({ after }) =>
              `${plural(after.alerts, 'alert')}, ${plural(after.matches, 'match', 'matches')}`,
          },
          { title: 'Gained', right: true, cell: ({ gained }) => count(gained) },
          { title: 'Lost', right: true, cell: ({ lost }) => count(lost) },
        ]}
      />
      {samples.length > 0 && (
        <ul
          aria-label="What only one of the two finds"
          className="divide-y divide-line rounded-md border border-line"
        >
          {samples.map(({ only, event, time, key }) => (
            <li key={`${only} ${event}`} className="flex min-h-8 items-center gap-3 px-3">
              <span className="w-12 shrink-0">{only === 'after' ? 'gained' : 'lost'}</span>
              <TextLink
                href={`/events?q=${encodeURIComponent(`event.id: ${JSON.stringify(event)}`)}&from=${new Date(time - 1).toISOString()}&to=${new Date(time + 1).toISOString()}`}
              >
                <Time at={time} now={now} />
              </TextLink>
              <span className="truncate font-mono text-xs text-soft">
                {key.map(({ field, value }) => `${field}: ${value}`).join(', ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
