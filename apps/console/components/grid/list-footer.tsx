import { count } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';

/** Where the list stands: loading on, failed to, or complete. */
export function ListFooter({
  loaded,
  total,
  loading,
  error,
  onRetry,
}: {
  readonly loaded: number;
  readonly total: number;
  readonly loading: boolean;
  readonly error: Error | null;
  readonly onRetry: () => void;
}) {
  return (
    <div className="figure flex h-9 items-center justify-center gap-3 text-xs text-faint" role="status">
      {error !== null ? (
        <>
          <span className="text-bad">The next page could not be loaded: {error.message}</span>
          <Button onClick={onRetry}>Try again</Button>
        </>
      ) : loading ? (
        'Loading more…'
      ) : loaded >= total ? (
        `All ${count(total)} shown`
      ) : (
        `${count(loaded)} of ${count(total)} loaded`
      )}
    </div>
  );
}
