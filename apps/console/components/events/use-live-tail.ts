'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { reloadEvents } from '../../api/events.ts';
import { useLive } from '../../api/live.ts';

const everyMs = 2_000;

/**
 * With the tail on, the list is loaded anew when events were stored, at most every 2 s and under the same filter;
 * with it off, they are only counted.
 */
export function useLiveTail(tailing: boolean) {
  const client = useQueryClient();
  const [stored, setStored] = useState(0);
  const [loads, setLoads] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const load = useCallback(async () => {
    setStored(0);
    await reloadEvents(client);
    setLoads((before) => before + 1);
  }, [client]);

  useLive('events', ({ count }) => {
    if (!tailing) return setStored((before) => before + count);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void load();
    }, everyMs);
  });
  return { stored, load, loads };
}
