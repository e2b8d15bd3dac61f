import type { z } from 'zod';
import type { EventStore } from '../contract.ts';
import type { KeptFile } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { type Manifest, parsed, restoredKey, restoredSchema } from './manifest.ts';

type Note = z.output<typeof restoredSchema>;
type Place = Pick<Manifest, 'dataClass' | 'partition'>;

/**
 * What was brought back into a cluster, and until when. A note in the archive says so for each file, so that every process
 * knows, and the next start. Only a partition that the cluster had lost leaves again before its class's time: in others
 * nobody could tell what was brought back from what was there.
 */
export function createReturned({
  bucket,
  events,
}: {
  readonly bucket: Bucket;
  readonly events: Pick<EventStore, 'stats' | 'deletePartition'>;
}) {
  /** Of partitions that the cluster has anyway. */
  const completed = new Map<string, KeptFile>();
  let notes: readonly Note[] = [];
  let noted: readonly KeptFile[] = [];

  async function heldBy(): Promise<ReadonlyMap<string, number>> {
    const { partitions } = await events.stats();
    return new Map(partitions.map((one) => [nameOf(one), one.events]));
  }

  const notesOf = (place: Place): readonly Note[] =>
    notes.filter(({ manifest }) => nameOf(manifest) === nameOf(place));

  /** Events that are there since they were brought back: what is refused leaves room for what comes, which is nobody's else. */
  const broughtBack = (place: Place): number =>
    notesOf(place).reduce((sum, { stored = 0 }) => sum + stored, 0);

  async function look(): Promise<void> {
    const keys = (await bucket.list('')).filter((key) => key.endsWith('.restored'));
    const read = keys.map(async (key) => restoredSchema.safeParse(parsed(await bucket.read(key))).data);
    notes = (await Promise.all(read)).filter((note) => note !== undefined);
    const held = notes.length === 0 ? new Map<string, number>() : await heldBy();
    noted = notes.map(({ manifest, stored }) => {
      // Others have written there since, and what is theirs is nowhere else.
      const isShared = (held.get(nameOf(manifest)) ?? 0) > broughtBack(manifest);
      const until = isShared
        ? Number.MAX_SAFE_INTEGER
        : Math.max(...notesOf(manifest).map((note) => note.until));
      return { ...asKept(manifest, until), isDamaged: stored === undefined };
    });
  }

  return {
    look,
    files: (): readonly KeptFile[] => [
      ...noted,
      ...[...completed.values()].filter(({ sha256 }) => noted.every((note) => note.sha256 !== sha256)),
    ],

    /** Notes what is brought back, before and after it is. `write` answers how many events are there by it. */
    async bringBack(manifest: Manifest, until: number, write: () => Promise<number>): Promise<void> {
      await look();
      const isLost = notesOf(manifest).length > 0 || ((await heldBy()).get(nameOf(manifest)) ?? 0) === 0;
      const note = (more: Pick<Note, 'stored'> = {}): Promise<void> =>
        bucket.write(restoredKey(manifest), JSON.stringify({ until, manifest, ...more }));
      if (isLost) await note();
      const stored = await write();
      if (isLost) await note({ stored });
      else completed.set(manifest.sha256, asKept(manifest, Number.MAX_SAFE_INTEGER));
      await look();
    },

    /** Deletes its partition, with all that was brought back there, unless somebody wrote there until now. */
    async release(file: KeptFile): Promise<boolean> {
      const mine = notesOf(file);
      // It went with another file of its partition.
      if (mine.every(({ manifest }) => manifest.sha256 !== file.sha256)) return true;
      const most = broughtBack(file);
      if ((await events.deletePartition(file.dataClass, file.partition, most)) === undefined) return false;
      for (const { manifest } of mine) await bucket.delete(restoredKey(manifest));
      notes = notes.filter((note) => !mine.includes(note));
      noted = noted.filter((one) => nameOf(one) !== nameOf(file));
      return true;
    },
  };
}

const nameOf = ({ dataClass, partition }: Place): string => `${dataClass} ${partition}`;

const asKept = ({ format: _, ttlMs: __, fields: ___, ...facts }: Manifest, until: number): KeptFile => ({
  ...facts,
  ...{ path: '', state: 'restored', until, isDamaged: false },
});
