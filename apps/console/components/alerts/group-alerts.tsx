'use client';
import type { AlertFilter } from '../../api/alerts.ts';
import { useNewest } from '../../api/alerts.ts';
import { plural } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { Shown } from '../ui/shown.tsx';
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
  const newest = useNewest(filter, shownAtMost);
  return (
    <div className="py-1.5 pr-3 pl-12">
      <Shown query={newest} what="The alerts">
        {(data) => (
          <>
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
          </>
        )}
      </Shown>
    </div>
  );
}
