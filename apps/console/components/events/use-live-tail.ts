'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { reloadEvents } from '../../api/events.ts';
import { useConnection, useLive } from '../../api/live.ts';

const everyMs = 1_000;
/** A burst is told class by class, in one breath. */
const burstMs = 20;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * With the tail on, the list is loaded anew when events were stored, under the same filter: at once, then a second after
 * the last time at the earliest. With it off, they are only counted.
 */
export function useLiveTail(tailing: boolean) {
  const client = useQueryClient();
  const [stored, setStored] = useState(0);
  const [loads, setLoads] = useState(0);
  const stale = useRef(false);
  const following = useRef(false);

  const load = useCallback(async () => {
    setStored(0);
    await reloadEvents(client);
    setLoads((before) => before + 1);
  }, [client]);

  const follow = useCallback(async () => {
    stale.current = true;
    if (following.current) return;
    following.current = true;
    try {
      // What came until the tail was turned off is shown, too.
      while (stale.current) {
        await pause(burstMs);
        stale.current = false;
        await load();
        await pause(everyMs);
      }
    } finally {
      following.current = false;
    }
  }, [load]);

  // What came while the stream was not open was not told.
  const { state } = useConnection();
  useEffect(() => {
    if (tailing && state === 'live') void follow();
  }, [tailing, state, follow]);
  useLive('events', ({ count }) => {
    if (!tailing) return setStored((before) => before + count);
    void follow();
  });
  return { stored, load, loads };
}
