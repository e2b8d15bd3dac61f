'use client';
import { ShieldCheck } from 'lucide-react';
import { useVerify } from '../../api/audit.ts';
import { count } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';

/** Whether every entry follows from the one before; and the end to keep elsewhere. */
export function ChainCheck() {
  const { data, error, isPending, mutate } = useVerify();
  const head = data?.head === undefined ? '' : `${data.head.seq}:${data.head.hash}`;
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-2 border-b border-line bg-raised px-3 py-1 text-sm">
      <Button disabled={isPending} onClick={() => mutate()}>
        <ShieldCheck size={13} aria-hidden /> {isPending ? 'Checking…' : 'Check the log'}
      </Button>
      <p role="status" className="flex min-w-0 items-center gap-2 text-soft">
        {error !== null && <span className="text-bad">It could not be checked: {error.message}</span>}
        {data?.ok === false && (
          <span className="text-bad">
            The log is broken at entry {data.brokenAt}: {data.message}
          </span>
        )}
        {data?.ok === true && (
          <>
            <span>
              {count(data.rows ?? 0)} entries follow from each other, up to{' '}
              <code className="font-mono text-xs">{head.slice(0, 24)}…</code>
            </span>
            <CopyButton text={() => head} label="Copy the end of the log, to keep it elsewhere" />
          </>
        )}
        {data === undefined && error === null && 'Each entry holds the hash of the one before.'}
      </p>
    </div>
  );
}
