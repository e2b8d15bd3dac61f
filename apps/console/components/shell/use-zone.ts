'use client';
import { useEffect } from 'react';
import { useSession } from '../../api/session.ts';
import { showIn } from '../../view/wall-clock.ts';

const kept = 'tidewatch-zone';

/** What was shown last, until the session says what its user wants. */
if (typeof window !== 'undefined') {
  try {
    showIn(localStorage.getItem(kept));
  } catch {
    // Storage may be forbidden; the browser's zone is shown then.
  }
}

/** Once in a page: shows times as the session's user wants them. */
export function useFollowZone(): void {
  const zone = useSession().data?.zone;
  useEffect(() => {
    if (zone === undefined) return;
    showIn(zone);
    try {
      if (zone === null) localStorage.removeItem(kept);
      else localStorage.setItem(kept, zone);
    } catch {
      // As above.
    }
  }, [zone]);
}
