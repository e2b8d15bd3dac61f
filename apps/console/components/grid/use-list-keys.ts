'use client';
import { step } from '../../view/keymap.ts';
import { useKey } from '../ui/use-key.ts';

/**
 * j and k move through a list whose row of the cursor is open beside it; o and Enter open the first, Escape closes, r
 * reads the list again.
 */
export function useListKeys<T>(
  rows: readonly T[],
  isOpen: (row: T) => boolean,
  onOpen: (row: T | undefined) => void,
  onReload: () => unknown,
): void {
  const move = (by: number): void => {
    const next = rows[step(rows.findIndex(isOpen), by, rows.length)];
    if (next !== undefined) onOpen(next);
  };
  useKey('j', () => move(1));
  useKey('k', () => move(-1));
  useKey('o', () => move(0));
  useKey('enter', () => move(0));
  useKey('escape', () => onOpen(undefined));
  useKey('r', () => void onReload());
}
