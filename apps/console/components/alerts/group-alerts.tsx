'use client';
import type { AlertFilter } from '../../api/alerts.ts';
import { useNewest } from '../../api/alerts.ts';
import { plural } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { AlertLine, alertLineClass } from './alert-line.tsx';

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
            <button type="button" onClick={() => onOpen(alert.id)} className={alertLineClass}>
              <AlertLine alert={alert} now={now} />
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
