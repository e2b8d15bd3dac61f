'use client';
import type { AlertFilter } from '../../api/alerts.ts';
import { useNewest } from '../../api/alerts.ts';
import { plural } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import { Button } from '../ui/button.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { Time } from '../ui/time.tsx';

const shownAtMost = 8;

/** The newest alerts of an unfolded group, and the way to all of them. */
export function GroupAlerts({
  filter,
  now,
  onOpen,
  onAll,
}: {
  readonly filter: AlertFilter;
  readonly now: number;
  readonly onOpen: (id: string) => void;
  readonly onAll: () => void;
}) {
  const { data, error } = useNewest(filter, shownAtMost);
  if (error !== null)
    return (
      <p role="alert" className="px-12 py-2 text-sm text-bad">
        {error.message}
      </p>
    );
  if (data === undefined)
    return <div className="skeleton mx-12 my-2 h-16" role="status" aria-label="Loading the alerts" />;
  return (
    <div className="py-1.5 pr-3 pl-12">
      <ul aria-label="Newest alerts of the group">
        {data.items.map((alert) => (
          <li key={alert.id}>
            <button
              type="button"
              onClick={() => onOpen(alert.id)}
              className="flex min-h-7 w-full items-center gap-4 rounded px-2 text-left text-sm hover:bg-hover"
            >
              <LevelMark level={alert.detector.level} word={false} />
              <span className="min-w-0 flex-1 truncate">
                {visible(alert.detector.title)}{' '}
                <span className="font-mono text-xs text-soft">
                  {visible(alert.key.map(({ value }) => value).join(' · '))}
                </span>
              </span>
              <StatusMark status={alert.status} reason={alert.reason} />
              <span className="w-28 text-right">
                <Time at={alert.last} now={now} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Button look="quiet" className="mt-1 text-accent" onClick={onAll}>
        Filter for the group: {plural(data.total, 'alert')}
      </Button>
    </div>
  );
}
