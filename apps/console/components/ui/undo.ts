'use client';
import { type ToastOptions, toasts } from './toasts.tsx';

/** How long a change that is done is offered to be taken back, in milliseconds. */
const undoMs = 10_000;

interface Undoable {
  readonly id: string;
  readonly undo: () => unknown;
  /** Epoch milliseconds. */
  until: number;
  taken: boolean;
}

/** Changes that can be taken back, in the order in which they were begun. */
let begun: readonly Undoable[] = [];
let made = 0;

function take(change: Undoable): void {
  if (change.taken) return;
  change.taken = true;
  toasts.close(change.id);
  change.undo();
}

/** Takes back the newest change, whatever it was of: what the key `z` does. */
export function undoNewest(): void {
  const newest = begun.findLast(({ until, taken }) => !taken && Date.now() < until);
  if (newest !== undefined) take(newest);
}

/**
 * A change that is under way, and so the newest, which may be taken back before it is done.
 *
 * @param undo called once at most
 */
export function undoable(undo: () => unknown) {
  const change: Undoable = { id: `change ${made++}`, undo, until: Number.POSITIVE_INFINITY, taken: false };
  begun = [...begun.filter(({ until }) => Date.now() < until), change];
  return {
    /** It is done: says so, with a button that takes it back; nothing where that was asked for already. */
    offer(message: ToastOptions): void {
      if (change.taken) return;
      change.until = Date.now() + undoMs;
      const actionProps = { children: 'Undo', onClick: () => take(change) };
      toasts.add({ ...message, id: change.id, timeout: undoMs, actionProps });
    },
    /** There is nothing to take back. */
    drop(): void {
      change.taken = true;
    },
  };
}
