'use client';
import type { CaseAlerts } from '@tidewatch/api/schemas';
import { X } from 'lucide-react';
import { useCaseAlerts } from '../../api/cases.ts';
import { timeline } from '../../view/case.ts';
import { alertHref } from '../../view/link.ts';
import { count, plural } from '../../view/quantity.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Link, TextLink } from '../ui/link.tsx';
import { Shown } from '../ui/shown.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

/** The alerts of a case in the order of time, each with its place in the whole. */
export function CaseAlertTable({
  id,
  total,
  onRemove,
}: {
  readonly id: string;
  readonly total: number;
  readonly onRemove: (alert: string) => void;
}) {
  const query = useCaseAlerts(id);
  if (total === 0)
    return (
      <p className="text-sm text-soft">
        None yet. Put some in from the <TextLink href="/alerts">alerts</TextLink>: the key i takes the
        selection, or the row of the cursor.
      </p>
    );
  return (
    <Shown query={query} what="Its alerts" rows={4}>
      {({ pages }) => (
        <div className="flex flex-col gap-2">
          <Rows items={pages.flatMap((page) => page.items)} onRemove={onRemove} />
          {query.hasNextPage && (
            <Button
              disabled={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
              className="self-start"
            >
              Load more of {count(total)}
            </Button>
          )}
        </div>
      )}
    </Shown>
  );
}

function Rows({
  items,
  onRemove,
}: {
  readonly items: CaseAlerts['items'];
  readonly onRemove: (alert: string) => void;
}) {
  const now = useNow();
  const rows = timeline(items);
  const gone = items.filter(({ state }) => state === 'gone').length;
  const hidden = items.filter(({ state }) => state === 'hidden').length;
  return (
    <>
      {rows.length > 0 && (
        <table className="w-full table-fixed border-collapse text-sm">
          <thead className="text-left text-xs text-soft">
            <tr className="border-b border-line">
              <th className="w-28 py-1 font-medium">First</th>
              <th className="w-24 py-1 font-medium">Severity</th>
              <th className="py-1 font-medium">Alert</th>
              <th className="w-32 py-1 font-medium">Status</th>
              <th className="w-[22%] py-1 font-medium">From first to last</th>
              <th className="w-8 py-1">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ alert, start, end }) => (
              <tr key={alert.id} className="border-b border-line">
                <td className="py-1 text-soft">
                  <Time at={alert.first} now={now} />
                </td>
                <td>
                  <LevelMark level={alert.detector.level} />
                </td>
                <td className="pr-2">
                  <Link
                    href={alertHref(alert.id, alert.last)}
                    className="block truncate hover:underline"
                    title={alert.summary}
                  >
                    <span className="font-medium">{alert.detector.title}</span>{' '}
                    <span className="font-mono text-xs text-soft">
                      {alert.key.map(({ value }) => value).join(' · ')}
                    </span>
                  </Link>
                </td>
                <td>
                  <StatusMark status={alert.status} reason={alert.reason} />
                </td>
                <td>
                  <Span start={start} end={end} />
                </td>
                <td>
                  <IconButton
                    label={`Take “${alert.detector.title}” out of the case`}
                    onClick={() => onRemove(alert.id)}
                  >
                    <X size={14} />
                  </IconButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hidden > 0 && (
        <p className="text-sm text-soft">
          {plural(hidden, 'alert')} more {hidden === 1 ? 'is' : 'are'} of a data class that you may not see.
        </p>
      )}
      {gone > 0 && (
        <p className="text-sm text-soft">{plural(gone, 'alert')} more: their time to live is over.</p>
      )}
    </>
  );
}

/** Where an alert stands in the time of all; the times are in the row, too. */
const Span = ({ start, end }: { readonly start: number; readonly end: number }) => (
  <svg width="100%" height="10" aria-hidden className="block">
    <line x1="0" x2="100%" y1="5" y2="5" className="stroke-line" strokeWidth="1" />
    <line
      x1={`${2 + start * 96}%`}
      x2={`${2 + Math.max(end, start + 0.015) * 96}%`}
      y1="5"
      y2="5"
      className="stroke-accent"
      strokeWidth="6"
    />
  </svg>
);
