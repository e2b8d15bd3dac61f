'use client';
import { useState } from 'react';
import { step } from '../../view/keymap.ts';
import { useKey } from '../ui/use-key.ts';

export interface CursorKeys<T> {
  /** Where the cursor is at first, by id. */
  readonly first?: string | null;
  /** Keys are bound; by default they are. */
  readonly enabled?: boolean;
  readonly onOpen: (row: T) => void;
  /** The cursor went to a row; `beyond` is the next one in that direction. */
  readonly onMove?: (row: T, beyond: T | undefined) => void;
  readonly onReload: () => unknown;
}

/**
 * The row of a list that keys act on: j and k move to another, o and Enter open it, or go to the first where there is
 * none, r reads the list anew.
 */
export function useCursor<T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  { first = null, enabled = true, onOpen, onMove, onReload }: CursorKeys<T>,
) {
  const [cursor, setCursor] = useState<string | null>(first);
  const at = rows.findIndex((row) => idOf(row) === cursor);
  const atCursor = rows[at];
  const move = (by: number): void => {
    const to = step(at, by, rows.length);
    const row = rows[to];
    if (row === undefined) return;
    setCursor(idOf(row));
    onMove?.(row, rows[to + by]);
  };
  const bound = { enabled };
  useKey('j', () => move(1), bound);
  useKey('k', () => move(-1), bound);
  useKey('o,enter', () => (atCursor === undefined ? move(1) : onOpen(atCursor)), bound);
  useKey('r', () => void onReload(), bound);
  return { cursor, setCursor, atCursor };
}
