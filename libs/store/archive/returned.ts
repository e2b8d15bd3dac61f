import type { EventStore } from '../contract.ts';
import type { KeptFile } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { type Manifest, parsed, restoredKey, restoredSchema } from './manifest.ts';

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
  let noted: readonly KeptFile[] = [];

  async function heldBy(): Promise<ReadonlyMap<string, number>> {
    const { partitions } = await events.stats();
    return new Map(partitions.map((one) => [placeOf(one), one.events]));
  }

  async function look(): Promise<void> {
    const keys = (await bucket.list('')).filter((key) => key.endsWith('.restored'));
    const read = keys.map(async (key) => restoredSchema.safeParse(parsed(await bucket.read(key))).data);
    const notes = (await Promise.all(read)).filter((note) => note !== undefined);
    const held = notes.length === 0 ? new Map<string, number>() : await heldBy();
    noted = notes.map(({ manifest, isWhole }) => {
      const place = placeOf(manifest);
      const mine = notes.filter((note) => placeOf(note.manifest) === place);
      const broughtBack = mine.reduce((sum, note) => sum + note.manifest.events, 0);
      // Others have written there since, and what is theirs is nowhere else.
      const isShared = (held.get(place) ?? 0) > broughtBack;
      const until = isShared ? Number.MAX_SAFE_INTEGER : Math.max(...mine.map((note) => note.until));
      return { ...asKept(manifest, until), isDamaged: !isWhole };
    });
  }

  return {
    look,
    files: (): readonly KeptFile[] => [
      ...noted,
      ...[...completed.values()].filter(({ sha256 }) => noted.every((note) => note.sha256 !== sha256)),
    ],

    /** Notes what is brought back, before and after it is. */
    async bringBack(manifest: Manifest, until: number, write: () => Promise<void>): Promise<void> {
      await look();
      const place = placeOf(manifest);
      const isLost =
        noted.some((file) => placeOf(file) === place) || ((await heldBy()).get(place) ?? 0) === 0;
      const note = (isWhole: boolean): Promise<void> =>
        bucket.write(restoredKey(manifest), JSON.stringify({ until, manifest, isWhole }));
      if (isLost) await note(false);
      await write();
      if (isLost) await note(true);
      else completed.set(manifest.sha256, asKept(manifest, Number.MAX_SAFE_INTEGER));
      await look();
    },

    async release(file: KeptFile): Promise<void> {
      await events.deletePartition(file.dataClass, file.partition);
      await bucket.delete(restoredKey(file));
      noted = noted.filter((note) => note.sha256 !== file.sha256);
    },
  };
}

const placeOf = ({ dataClass, partition }: Pick<Manifest, 'dataClass' | 'partition'>): string =>
  `${dataClass} ${partition}`;

const asKept = ({ format: _, ttlMs: __, fields: ___, ...facts }: Manifest, until: number): KeptFile => ({
  ...facts,
  ...{ path: '', state: 'restored', until, isDamaged: false },
});
