'use client';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { type ReactNode, useCallback } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { count } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { ProblemState, SkeletonRows, StaleNote } from '../ui/states.tsx';
import { VirtualGrid, type VirtualGridProps } from './virtual-grid.tsx';

type Pages = Pick<
  UseInfiniteQueryResult<unknown>,
  | 'data'
  | 'error'
  | 'hasNextPage'
  | 'isFetching'
  | 'isFetchingNextPage'
  | 'isFetchNextPageError'
  | 'fetchNextPage'
  | 'refetch'
>;

export interface PagedGridProps<T> extends Omit<VirtualGridProps<T>, 'onEnd' | 'footer' | 'total'> {
  readonly list: Pages;
  /** What it lists, inside a sentence: `the alerts`. */
  readonly what: string;
  /** How many there are in all, loaded or not; those loaded without it. */
  readonly total?: number;
  /** Shown where there is no row. */
  readonly empty: ReactNode;
  /** How far the list has come, where it is neither loading on nor failed to. */
  readonly standing?: string;
}

/** A list that comes from the server page by page: loading, failed, stale, empty, or its rows and where it stands. */
export function PagedGrid<T>({ list, what, empty, standing, ...grid }: PagedGridProps<T>) {
  const { data, error, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  const { rows, total = rows.length } = grid;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const retry = (): void => void list.refetch();

  if (data === undefined) {
    if (error === null) return <SkeletonRows label={`Loading ${what}`} />;
    // The box of the filter shows what is wrong with it.
    if (error instanceof ApiProblem && error.code.startsWith('KQL')) return null;
    return <ProblemState error={error} what={capitalized(what)} onRetry={retry} />;
  }
  return (
    <>
      {error !== null && !isFetchNextPageError && <StaleNote error={error} onRetry={retry} />}
      {rows.length === 0 ? (
        empty
      ) : (
        <VirtualGrid
          {...grid}
          total={total}
          onEnd={onEnd}
          footer={
            <div
              className="figure flex h-9 items-center justify-center gap-3 text-xs text-faint"
              role="status"
            >
              {isFetchNextPageError ? (
                <>
                  <span className="text-bad">The next page could not be loaded: {error?.message}</span>
                  <Button onClick={() => void fetchNextPage()}>Try again</Button>
                </>
              ) : list.isFetchingNextPage ? (
                'Loading more…'
              ) : (
                (standing ??
                (rows.length >= total
                  ? `All ${count(total)} shown`
                  : `${count(rows.length)} of ${count(total)} loaded`))
              )}
            </div>
          }
        />
      )}
    </>
  );
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
