'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { AlertRow } from '@tidewatch/api/schemas';
import { useCallback, useEffect, useRef, useState } from 'react';
import {
  type AlertFilter,
  countMatching,
  fetchRows,
  patchRows,
  refreshAround,
  reloadAlerts,
} from '../../api/alerts.ts';
import { useLive } from '../../api/live.ts';

const gatherMs = 1_500;
/** Above this many waiting alerts the exact number says no more than "many". */
const countAtMost = 200;

/**
 * Follows the live stream without moving a row: loaded rows are changed in place, others are counted if the filter
 * would show them. Messages are gathered, so a burst costs a request each 1.5 s.
 */
export function useLiveAlerts(rows: readonly AlertRow[], filter: AlertFilter) {
  const client = useQueryClient();
  const [fresh, setFresh] = useState(0);
  const [loads, setLoads] = useState(0);
  const gathered = useRef(new Set<string>());
  const waiting = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const loaded = useRef({ rows, filter });
  useEffect(() => {
    loaded.current = { rows, filter };
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter starts another count
  useEffect(() => {
    waiting.current.clear();
    setFresh(0);
  }, [filter]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const load = useCallback(async () => {
    waiting.current.clear();
    setFresh(0);
    await reloadAlerts(client);
    setLoads((before) => before + 1);
  }, [client]);

  const settle = async (): Promise<void> => {
    timer.current = undefined;
    const { rows: current, filter: asked } = loaded.current;
    const ids = [...gathered.current];
    gathered.current.clear();
    const here = new Set(current.map(({ id }) => id));
    const known = ids.filter((id) => here.has(id));
    for (const id of ids) if (!here.has(id)) waiting.current.add(id);
    if (known.length > 0) patchRows(client, await fetchRows(known, asked));
    refreshAround(client, known, { cancelRefetch: false });
    if (waiting.current.size === 0) return;
    // An empty list has no row that could move.
    if (current.length === 0) return load();
    const count = await countMatching([...waiting.current].slice(0, countAtMost), asked);
    if (loaded.current.filter === asked) setFresh(count);
  };

  useLive('alert', ({ id }) => {
    gathered.current.add(id);
    // What could not be read now comes with the next message; the rows shown stay true to their time.
    timer.current ??= setTimeout(() => void settle().catch(() => undefined), gatherMs);
  });

  /** `loads` counts how often the list began anew. */
  return { fresh, more: fresh >= countAtMost, load, loads };
}
