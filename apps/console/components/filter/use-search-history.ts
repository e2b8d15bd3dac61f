'use client';
import { useState } from 'react';
import { noteSearch, type SearchPage, useSearches } from '../../api/views.ts';

/** What one asked in a page before, below its filter: opened by an arrow key, walked through by more of them. */
export function useSearchHistory(page: SearchPage | undefined, draft: string) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const { data } = useSearches(page ?? 'alerts', page !== undefined && open);
  const sought = draft.trim().toLowerCase();
  const kept = data?.searches ?? [];
  const fitting = kept.filter((search) => search.toLowerCase().includes(sought));
  // What is in the box from before says nothing of what is looked for.
  const searches = fitting.length === 0 || kept.includes(draft.trim()) ? kept : fitting;
  const step = (by: number): void => {
    if (!open) {
      setAt(0);
      setOpen(true);
    } else setAt((now) => Math.min(searches.length - 1, Math.max(0, now + by)));
  };
  return {
    shown: open && data !== undefined,
    searches,
    at: Math.min(at, searches.length - 1),
    close: () => setOpen(false),
    /** What an arrow key does; false for other keys. */
    onKey: (key: string): boolean => {
      if (page === undefined || (key !== 'ArrowDown' && key !== 'ArrowUp')) return false;
      step(key === 'ArrowDown' ? 1 : -1);
      return true;
    },
    chosen: open ? searches[Math.min(at, searches.length - 1)] : undefined,
    /** Is lost where the server is away, which the page says already. */
    note: (q: string): void => {
      if (page !== undefined && q !== '') noteSearch(page, q).catch(() => undefined);
    },
  };
}
