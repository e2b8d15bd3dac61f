'use client';
import type { CaseDetail } from '@tidewatch/api/schemas';
import { entryWords } from '../../view/case.ts';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

/** Who did what and when, newest first; notes with their text. */
export function CaseHistory({ entries }: { readonly entries: CaseDetail['history'] }) {
  const now = useNow();
  return (
    <ol className="flex flex-col gap-1.5 text-sm">
      {[...entries].reverse().map((entry) => (
        <li key={entry.id} className="flex gap-3">
          <span className="w-28 shrink-0 text-soft">
            <Time at={entry.at} now={now} />
          </span>
          <div className="min-w-0">
            <span className="font-medium">{entry.by}</span>{' '}
            <span className={entry.undone ? 'text-soft line-through' : ''}>{entryWords(entry)}</span>
            {entry.undone && ' (taken back)'}
            {entry.detail.note !== undefined && (
              <p className="mt-0.5 border-l-2 border-line-strong pl-2 break-words whitespace-pre-wrap text-soft">
                {entry.detail.note}
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
