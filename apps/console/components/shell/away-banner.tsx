'use client';
import { useQueryClient } from '@tanstack/react-query';
import { Unplug } from 'lucide-react';
import { useEffect } from 'react';
import { useWaiting } from '../../api/decisions.ts';
import { useConnection } from '../../api/live.ts';
import { fullTime } from '../../view/moment.ts';
import { plural } from '../../view/quantity.ts';

const askEveryMs = 2_000;

/** Says that the server does not answer, and from when what is shown is. */
export function AwayBanner() {
  const { state, since } = useConnection();
  const waiting = useWaiting();
  const client = useQueryClient();
  const isWaiting = state === 'reconnecting' || waiting > 0;
  // A session that ended ends the stream, too, and lets decisions wait; the query client then leads to the login page.
  useEffect(() => {
    if (!isWaiting) return;
    const ask = () => void client.refetchQueries({ queryKey: ['session'] }, { cancelRefetch: false });
    const timer = setInterval(ask, askEveryMs);
    return () => clearInterval(timer);
  }, [isWaiting, client]);
  if (state !== 'reconnecting') return null;
  return (
    <p
      role="alert"
      className="flex min-h-8 shrink-0 items-center gap-2 border-b border-line bg-raised px-4 py-1 text-sm text-ink"
    >
      <Unplug size={13} className="shrink-0 text-bad" aria-hidden />
      <span>
        Tidewatch does not answer. What you see is as it was at {fullTime(since)}. What you decide about
        alerts is sent once it is back
        {waiting > 0 && `: ${plural(waiting, 'decision')} wait${waiting === 1 ? 's' : ''}`}; all else must
        wait until then.
      </span>
    </p>
  );
}
