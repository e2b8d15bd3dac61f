import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemState, SkeletonRows, StaleNote } from './states.tsx';

/** What a query answered: grey until it has, why where it could not, and a note above it where a refresh failed. */
export function Shown<T>({
  query: { data, error, refetch },
  what,
  rows,
  children,
}: {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  /** As a sentence begins, e.g. `The alert`. */
  readonly what: string;
  /** Grey lines while it loads; one block without. */
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}) {
  const retry = (): void => void refetch();
  if (data !== undefined)
    return (
      <>
        {error !== null && <StaleNote error={error} onRetry={retry} />}
        {children(data)}
      </>
    );
  if (error !== null) return <ProblemState error={error} what={what} onRetry={retry} />;
  const label = `Loading ${what.charAt(0).toLowerCase()}${what.slice(1)}`;
  return rows === undefined ? (
    <div className="skeleton h-24" role="status" aria-label={label} />
  ) : (
    <SkeletonRows rows={rows} label={label} />
  );
}
