import type { ReactNode } from 'react';
import { Button } from './button.tsx';

/** Work under way on the server: how far it is, and a way to end it where `onEnd` is given. */
export function ProgressStrip({
  text,
  done,
  total,
  detail,
  ending = false,
  onEnd,
}: {
  readonly text: string;
  readonly done: number;
  /** Undefined as long as nobody knows. */
  readonly total: number | undefined;
  readonly detail?: ReactNode;
  readonly ending?: boolean;
  readonly onEnd?: () => void;
}) {
  return (
    <div
      role="status"
      className="flex min-h-10 shrink-0 flex-wrap items-center gap-3 border-b border-line bg-accent-wash px-3 py-1 text-sm"
    >
      <progress
        className="work-progress h-1.5 w-48"
        aria-label={text}
        {...(total === undefined ? {} : { value: done, max: Math.max(1, total) })}
      />
      <span className="figure">{text}</span>
      {detail !== undefined && <span className="min-w-0 truncate text-soft">{detail}</span>}
      {onEnd !== undefined && (
        <Button className="ml-auto" disabled={ending} onClick={onEnd}>
          End it here
        </Button>
      )}
    </div>
  );
}
