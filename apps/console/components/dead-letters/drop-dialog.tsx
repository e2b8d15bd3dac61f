'use client';
import { useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

const longest = 1_000;

/** Asks why letters are dropped; it stays with each of them. */
export function DropDialog({
  what,
  onDrop,
  onClose,
}: {
  readonly what: string;
  readonly onDrop: (reason: string) => void;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const input = useRef<HTMLInputElement>(null);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Drop ${what}`} initialFocus={input}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') onDrop(reason.trim());
        }}
      >
        <p className="text-sm text-soft">
          They count as dealt with and are not replayed any more. Their bytes stay until their time to live is
          over, and until then they can be restored.
        </p>
        <label className="flex flex-col gap-1 text-sm">
          Why
          <input
            ref={input}
            value={reason}
            maxLength={longest}
            onChange={(event) => setReason(event.target.value)}
            placeholder="E.g. health checks of the load balancer"
            className="h-8 rounded-md border border-line bg-raised px-2 text-ink outline-none focus-visible:border-accent"
          />
        </label>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" disabled={reason.trim() === ''}>
            Drop
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
