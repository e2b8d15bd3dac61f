import type { Position, SnapshotStore } from '@tidewatch/stream';
import { readKept, withPosition } from './position.ts';
import type { ModelFault, ScoredBatch } from './protocol.ts';
import type { ScoringThread } from './thread.ts';

/** What the scorer is called in streams and among snapshots. */
export const stage = 'scorer';

/** A partition that is followed. */
export interface Followed {
  /** Up to here everything is done, and up to there it is in a snapshot. */
  next: number;
  saved: number;
  savedAt: number;
  /** A batch is under way: what models remember is ahead of `next`. */
  busy: boolean;
  /** What the thread made of a batch whose effects failed: to ask again would let models remember its events twice. */
  made?: { readonly last: number; readonly batch: ScoredBatch };
}

/**
 * Partitions that are followed, and the snapshots of what models remember of them.
 *
 * @param everyMs a snapshot is due after so long
 * @param tell of positions that snapshots stand for, and of models that begin anew
 */
export function createFollowing(
  thread: Pick<ScoringThread, 'save' | 'restore' | 'drop'>,
  snapshots: SnapshotStore,
  everyMs: number,
  tell: { commit(position: Position): void; fault(fault: ModelFault): void },
) {
  const followed = new Map<number, Followed>();

  async function save(partition: number): Promise<void> {
    const state = followed.get(partition);
    if (state === undefined || state.busy || state.next === state.saved) return;
    const { next } = state;
    await snapshots.save(stage, String(partition), withPosition(next, await thread.save(partition)));
    tell.commit({ partition, offset: next });
    Object.assign(state, { saved: next, savedAt: Date.now() });
  }

  return {
    partitions: () => followed.keys(),
    of: (partition: number): Followed | undefined => followed.get(partition),
    isDue: (partition: number): boolean =>
      Date.now() - (followed.get(partition)?.savedAt ?? Date.now()) >= everyMs,
    save,
    /** Before a batch of the partition, and so before any that changes what its models remember. */
    async assigned(partition: number): Promise<number | undefined> {
      const kept = await snapshots.load(stage, String(partition));
      const { position, state } =
        kept === undefined ? { position: undefined, state: undefined } : readKept(kept);
      // What models remember may be ahead of the snapshot, where effects of a batch failed.
      await thread.drop(partition);
      if (state !== undefined) for (const fault of await thread.restore(partition, state)) tell.fault(fault);
      const saved = position ?? 0;
      followed.set(partition, { next: saved, saved, savedAt: Date.now(), busy: false });
      return position;
    },
    async revoked(partition: number, lost = false): Promise<void> {
      if (!lost) await save(partition);
      followed.delete(partition);
      await thread.drop(partition).catch(() => {
        // With the thread its state is gone, too.
      });
    },
    forget: (): void => followed.clear(),
  };
}
