import type { ReactNode } from 'react';
import { ProblemState, SkeletonRows, StaleNote } from './states.tsx';

/** A query, as far as it is shown. */
interface Asked<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** What a query answered: grey until it has, why where it could not, and a note above it where a refresh failed. */
export function Shown<T>({
  query: { data, error, refetch },
  what,
  rows,
  children,
}: {
  readonly query: Asked<T>;
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

/** Two queries as one: there once both are, failed where either has. */
export function both<A, B>(a: Asked<A>, b: Asked<B>): Asked<readonly [A, B]> {
  return {
    data: a.data === undefined || b.data === undefined ? undefined : [a.data, b.data],
    error: a.error ?? b.error,
    refetch: () => Promise.all([a.refetch(), b.refetch()]),
  };
}
