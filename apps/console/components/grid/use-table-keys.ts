'use client';
import { type RefObject, useRef } from 'react';
import { step } from '../../view/keymap.ts';
import { useKey } from '../ui/use-key.ts';

/**
 * j and k move through the rows of all tables of a page, o and Enter follow the first link of the row, r reads the page
 * again.
 *
 * @returns what surrounds the tables
 */
export function useTableKeys(onReload: () => unknown): RefObject<HTMLDivElement | null> {
  const page = useRef<HTMLDivElement>(null);
  const current = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('tbody tr') ?? null;
  const move = (by: number): void => {
    const rows = [...(page.current?.querySelectorAll<HTMLElement>('tbody tr') ?? [])];
    const row = current();
    const next = rows[step(row === null ? -1 : rows.indexOf(row), by, rows.length)];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  const follow = (): void => current()?.querySelector<HTMLElement>('a,button')?.click();
  useKey('j', () => move(1));
  useKey('k', () => move(-1));
  useKey('o', follow);
  useKey('enter', follow);
  useKey('r', () => void onReload());
  return page;
}
