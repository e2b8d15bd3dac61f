'use client';
import { Unplug } from 'lucide-react';
import { useConnection } from '../../api/live.ts';
import { fullTime } from '../../view/moment.ts';

/** Says that the server does not answer, and from when what is shown is. */
export function AwayBanner() {
  const { state, since } = useConnection();
  if (state !== 'reconnecting') return null;
  return (
    <p
      role="alert"
      className="flex min-h-8 shrink-0 items-center gap-2 border-b border-line bg-raised px-4 py-1 text-sm text-ink"
    >
      <Unplug size={13} className="shrink-0 text-bad" aria-hidden />
      <span>
        Tidewatch does not answer. What you see is as it was at {fullTime(since)}; what you decide about
        alerts is sent once it is back.
      </span>
    </p>
  );
}
