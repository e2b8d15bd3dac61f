import { CloudOff, RotateCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { Button } from './button.tsx';
import { Words } from './words.tsx';

/** Grey lines where a list will be. */
export function SkeletonRows({ rows = 12, label }: { readonly rows?: number; readonly label: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-px p-2">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={row} className="flex h-8 items-center gap-3 px-1">
          <div className="skeleton h-3 w-14" />
          <div className={`skeleton h-3 ${row % 3 === 0 ? 'w-2/5' : row % 3 === 1 ? 'w-1/2' : 'w-1/3'}`} />
          <div className="skeleton ml-auto h-3 w-24" />
        </div>
      ))}
    </div>
  );
}

/** Nothing there, and what to do about it. */
export function EmptyState({
  icon,
  title,
  children,
}: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-2 px-6 py-12 text-center">
      <div className="text-faint">{icon}</div>
      <h2 className="text-lg font-medium">{title}</h2>
      <div className="flex max-w-xl flex-col items-center gap-3 text-soft">{children}</div>
    </div>
  );
}

/** What failed, by the API's code and message, and a way to try again. */
export function ProblemState({
  error,
  onRetry,
  what,
}: {
  readonly error: Error;
  readonly onRetry: () => void;
  readonly what: string;
}) {
  const code = error instanceof ApiProblem ? error.code : error.name;
  const Icon = code === 'NETWORK' ? CloudOff : TriangleAlert;
  return (
    <div
      role="alert"
      className="flex flex-1 flex-col items-center justify-center gap-2 px-6 py-10 text-center"
    >
      <Icon size={22} className="text-bad" aria-hidden />
      <h2 className="text-lg font-medium">{what} could not be loaded</h2>
      <p className="max-w-xl text-soft">
        <Words>{error.message}</Words>
      </p>
      <p className="font-mono text-xs text-faint">{code}</p>
      {!isFinal(error) && (
        <Button onClick={onRetry}>
          <RotateCw size={13} aria-hidden /> Try again
        </Button>
      )}
    </div>
  );
}

/** Asking again would be answered alike: it is not there, or not for who asks. */
const isFinal = (error: Error): boolean =>
  error instanceof ApiProblem && (error.status === 403 || error.status === 404);

/** A line across a list that stayed from before because its refresh failed. */
export function StaleNote({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  return (
    <div
      role="alert"
      className="flex items-center gap-2 border-b border-line bg-raised px-3 py-1 text-sm text-warn"
    >
      <TriangleAlert size={13} aria-hidden />
      <span className="min-w-0 truncate">
        What you see is from before: {error.message} ({error instanceof ApiProblem ? error.code : error.name})
      </span>
      <Button look="quiet" onClick={onRetry} className="ml-auto">
        Try again
      </Button>
    </div>
  );
}
