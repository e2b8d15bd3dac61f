'use client';
import { step } from '../../view/keymap.ts';
import { useKey } from '../ui/use-key.ts';

/** j and k move through a list whose row of the cursor is open beside it; Escape closes. */
export function useListKeys<T>(
  rows: readonly T[],
  isOpen: (row: T) => boolean,
  onOpen: (row: T | undefined) => void,
): void {
  const move = (by: number): void => {
    const next = rows[step(rows.findIndex(isOpen), by, rows.length)];
    if (next !== undefined) onOpen(next);
  };
  useKey('j', () => move(1));
  useKey('k', () => move(-1));
  useKey('escape', () => onOpen(undefined));
}
