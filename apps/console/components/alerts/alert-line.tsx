import type { AlertRow } from '@tidewatch/api/schemas';
import { visible } from '../../view/value.ts';
import { LevelMark } from '../ui/level-mark.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { Time } from '../ui/time.tsx';

export const alertLineClass =
  'flex min-h-7 w-full items-center gap-4 rounded px-2 text-left text-sm hover:bg-hover';

/** An alert on one line of a short list. */
export function AlertLine({
  alert: { detector, key, status, reason, last },
  now,
}: {
  readonly alert: AlertRow;
  readonly now: number;
}) {
  return (
    <>
      <LevelMark level={detector.level} word={false} />
      <span className="min-w-0 flex-1 truncate">
        {visible(detector.title)}{' '}
        <span className="font-mono text-xs text-soft">
          {visible(key.map(({ value }) => value).join(' · '))}
        </span>
      </span>
      <StatusMark status={status} reason={reason} />
      <span className="w-28 text-right">
        <Time at={last} now={now} />
      </span>
    </>
  );
}
