'use client';
import { useConnection } from '../../api/live.ts';
import { duration, fullTime } from '../../view/moment.ts';
import { useNow } from '../ui/use-now.ts';

/** How long without a connection until what is shown must be taken as old. */
const staleAfterMs = 60_000;

/** Whether news arrive: live, reconnecting and since when, or stale. */
export function ConnectionMark() {
  const { state, since } = useConnection();
  const now = useNow(1_000);
  const without = now - since;
  const stale = state === 'reconnecting' && without > staleAfterMs;
  const text =
    state === 'live'
      ? 'Live'
      : state === 'connecting'
        ? 'Connecting'
        : `${stale ? 'Stale' : 'Reconnecting'} · ${duration(Math.floor(without / 1_000) * 1_000)}`;
  const look = state === 'live' ? 'bg-good' : stale ? 'bg-bad' : 'bg-warn';
  return (
    <span
      role="status"
      title={
        state === 'live' ? `Live since ${fullTime(since)}` : 'New alerts and events do not arrive right now'
      }
      className={`flex h-7 items-center gap-1.5 px-2 text-sm ${state === 'live' ? 'text-soft' : 'text-warn'}`}
    >
      <span className={`size-2 rounded-full ${look}`} aria-hidden />
      {/* The seconds change constantly; a screen reader hears the state only. */}
      <span aria-hidden>{text}</span>
      <span className="sr-only">{state === 'live' ? 'Live' : stale ? 'Connection lost' : 'Connecting'}</span>
    </span>
  );
}
