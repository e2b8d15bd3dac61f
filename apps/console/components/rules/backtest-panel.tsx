'use client';
import type { Backtest } from '@tidewatch/api/schemas';
import { Play, Square } from 'lucide-react';
import { useState } from 'react';
import { cancelBacktest, isOver, startBacktest, useBacktest } from '../../api/rules.ts';
import { count, plural } from '../../view/quantity.ts';
import { FactTable } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { Link } from '../ui/link.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

const ranges = [
  { value: 'now-24h', label: 'Day' },
  { value: 'now-7d', label: 'Week' },
  { value: 'now-30d', label: '30 days' },
] as const;
type Range = (typeof ranges)[number]['value'];

/** Runs the rule, as it is edited here, over stored events; nothing of it is in force. */
export function BacktestPanel({ source }: { readonly source: string }) {
  const [text, setText] = useState(source);
  const [from, setFrom] = useState<Range>('now-24h');
  const [id, setId] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const { data, error } = useBacktest(id);
  const running = id !== undefined && error === null && (data === undefined || !isOver(data));
  const attempt = async (work: () => Promise<Backtest>): Promise<void> => {
    setProblem(undefined);
    try {
      setId((await work()).id);
    } catch (cause) {
      setProblem((cause as Error).message);
    }
  };
  return (
    <div className="flex flex-col gap-2 text-sm">
      <p className="text-soft">
        Change it here as you like: it is compared with the rules in force, and not brought into force.
      </p>
      <textarea
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label="Rule to try"
        spellCheck={false}
        rows={10}
        className="w-full rounded-md border border-line bg-raised p-2 font-mono text-xs outline-none focus-visible:border-accent"
      />
      <div className="flex flex-wrap items-center gap-2">
        <Segmented label="How much of the past" value={from} onChange={setFrom} choices={ranges} />
        {running ? (
          <Button onClick={() => void attempt(() => cancelBacktest(id))}>
            <Square size={12} aria-hidden /> Stop
          </Button>
        ) : (
          <Button look="primary" onClick={() => void attempt(() => startBacktest(text, from))}>
            <Play size={12} aria-hidden /> Try it
          </Button>
        )}
        <span role="status" className="figure text-soft">
          {data !== undefined && progressOf(data)}
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
              <Link
                className="text-accent underline decoration-accent/50 underline-offset-2"
                href={`/events?q=${encodeURIComponent(`event.id: ${JSON.stringify(event)}`)}&from=${new Date(time - 1).toISOString()}&to=${new Date(time + 1).toISOString()}`}
              >
                <Time at={time} now={now} />
              </Link>
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
