'use client';
import type { Json } from '@tidewatch/event';
import { addFilter, removeFilter } from '@tidewatch/query';
import { createContext } from 'react';

/** `remove` takes every condition on the field away. */
export type FilterMode = 'in' | 'out' | 'only' | 'remove';
export type OnFilter = (field: string, value: Json, mode: FilterMode) => void;

/** A query after a choice from a value's menu. */
export const changeFilter = (q: string, ...[field, value, mode]: Parameters<OnFilter>): string =>
  mode === 'remove' ? removeFilter(q, field) : addFilter(q, field, value, mode);

/** What a page can do with a field beside filtering by its values. */
export interface ValueActions {
  /** Groups the page's list by the field; without it the alerts are shown in such groups. */
  readonly onGroup?: (field: string) => void;
  /** Shows the field as a column, or hides it. */
  readonly onColumn?: (field: string) => void;
  readonly columns?: readonly string[];
}

export const ValueActionsContext = createContext<ValueActions>({});

/** When the values that are shown were there, epoch milliseconds; undefined or NaN where that is not known. */
export const ValueTimeContext = createContext<number | undefined>(undefined);
