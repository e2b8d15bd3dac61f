'use client';
import { useEffect, useState } from 'react';
import { dayStart } from '../../view/wall-clock.ts';

/** The present, epoch milliseconds, moving on every `everyMs`; so that "3 min ago" stays true. */
export function useNow(everyMs = 15_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** When the day began that it is, epoch milliseconds: for lists that show clocks, and are drawn anew with another day only. */
export const useToday = (): number => dayStart(useNow());
