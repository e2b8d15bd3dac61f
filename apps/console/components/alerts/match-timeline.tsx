'use client';
import type { AlertMatch } from '@tidewatch/api/schemas';
import type { JsonObject } from '@tidewatch/event';
import { matchWords } from '../../view/explanation.ts';
import { eventSummary } from '../../view/value.ts';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

/** The events behind an alert, oldest first; choosing one explains it. */
export function MatchTimeline({
  matches,
  chosen,
  onChoose,
}: {
  readonly matches: readonly AlertMatch[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}) {
  const now = useNow();
  return (
    <ol className="ml-1 border-l-2 border-line">
      {matches.map((match) => (
        <li key={match.id} className="relative">
          <span
            aria-hidden
            className={`absolute top-2 -left-[6px] size-2.5 rounded-full border-2 border-panel ${match.id === chosen ? 'bg-accent' : 'bg-line-strong'}`}
          />
          <button
            type="button"
            aria-pressed={match.id === chosen}
            onClick={() => onChoose(match.id)}
            className="ml-2 flex h-7 w-[calc(100%-8px)] items-center gap-3 rounded px-2 text-left hover:bg-hover aria-pressed:bg-accent-wash"
          >
            <span className="shrink-0 text-sm text-soft">
              <Time at={match.time} now={now} />
            </span>
            <span className="min-w-0 truncate font-mono text-xs">
              {matchWords(match.explanation) ?? eventSummary(match.event as JsonObject)}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
