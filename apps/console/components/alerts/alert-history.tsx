'use client';
import type { AlertDetail } from '@tidewatch/api/schemas';
import { reasonLabels } from '../../view/alert-view.ts';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

type Entry = AlertDetail['history'][number];

const verbs: Readonly<Record<Entry['action'], string>> = {
  opened: 'opened it',
  acknowledged: 'acknowledged it',
  assigned: 'assigned it',
  closed: 'closed it',
  reopened: 'reopened it',
  noted: 'noted',
  undone: 'took the last change back',
};

/** Who did what and when, newest first. */
export function AlertHistory({ history }: { readonly history: readonly Entry[] }) {
  const now = useNow();
  return (
    <ol className="flex flex-col gap-1.5 text-sm">
      {[...history].reverse().map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: history only grows, and two entries may share their time
        <li key={`${entry.at}-${index}`} className="flex gap-3">
          <span className="w-28 shrink-0 text-soft">
            <Time at={Date.parse(entry.at)} now={now} />
          </span>
          <div className="min-w-0">
            <span className="font-medium">{entry.by}</span> {verbs[entry.action]}
            {entry.to !== undefined && ` to ${entry.to ?? 'nobody'}`}
            {entry.reason !== undefined && ` as ${reasonLabels[entry.reason].label.toLowerCase()}`}
            {entry.note !== undefined && (
              <p className="mt-0.5 border-l-2 border-line-strong pl-2 break-words whitespace-pre-wrap text-soft">
                {entry.note}
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
