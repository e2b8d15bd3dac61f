import type { DataClasses } from '../classes.ts';
import { type Deletion, deleteNoted, type TellDeletion } from '../deletion.ts';
import type { Bucket } from './bucket.ts';
import {
  exportedKey,
  type Manifest,
  manifestKey,
  manifestSchema,
  objectKey,
  parsed,
  placeOf,
  restoredKey,
} from './manifest.ts';

/** Manifests that are read at once: a store of objects answers each in tens of milliseconds. */
const atOnce = 16;

/** What a bucket holds of ours, and for how long. */
export interface ArchiveContents {
  /** When an object is deleted, epoch milliseconds. */
  expiresAt(manifest: Pick<Manifest, 'dataClass' | 'period' | 'ttlMs'>): number;
  /** Manifests of objects that live at `now`, of one class or of all. */
  alive(now: number, dataClass?: string): Promise<Manifest[]>;
  /** Deletes what is past its time at `now`, and tells of each. One that cannot be deleted keeps none of the others. */
  expire(now: number, tell: TellDeletion): Promise<void>;
}

export function createContents(
  bucket: Bucket,
  classes: DataClasses,
  log: { warn(details: object, message: string): void },
): ArchiveContents {
  const expiresAt: ArchiveContents['expiresAt'] = ({ dataClass, period, ttlMs }) =>
    period.to + (classes.get(dataClass)?.ttlMs ?? ttlMs);

  /** Undefined where only a manifest knows. */
  function isPast(key: string, now: number): boolean | undefined {
    const place = placeOf(key);
    const ttlMs = place && classes.get(place.dataClass)?.ttlMs;
    return ttlMs === undefined || place === undefined ? undefined : place.period.to + ttlMs <= now;
  }

  async function read(keys: readonly string[]): Promise<Manifest[]> {
    const found: Manifest[] = [];
    for (let at = 0; at < keys.length; at += atOnce) {
      const some = keys.slice(at, at + atOnce);
      const texts = await Promise.all(some.map((key) => bucket.read(key)));
      for (const [i, key] of some.entries()) {
        const manifest = manifestSchema.safeParse(parsed(texts[i]));
        if (manifest.success && manifestKey(manifest.data) === key) found.push(manifest.data);
        else
          log.warn({ place: bucket.place, key }, 'an object of the archive has no manifest that can be read');
      }
    }
    return found;
  }

  const isManifest = (key: string): boolean => key.endsWith('.json');

  return {
    expiresAt,

    async alive(now, dataClass) {
      const keys = await bucket.list(dataClass === undefined ? '' : `${dataClass}/`);
      const found = await read(keys.filter((key) => isManifest(key) && isPast(key, now) !== true));
      return found.filter((manifest) => expiresAt(manifest) > now);
    },

    async expire(now, tell) {
      const failures: unknown[] = [];
      const attempt = (work: () => Promise<void>): Promise<void> =>
        work().catch((error) => void failures.push(error));

      const keys = await bucket.list('');
      const due = await read(keys.filter((key) => isManifest(key) && isPast(key, now) !== false));
      const spokenFor = new Set<string>();
      for (const manifest of due.filter((one) => expiresAt(one) <= now)) {
        const own = [exportedKey, restoredKey, manifestKey, objectKey].map((keyOf) => keyOf(manifest));
        for (const key of own) spokenFor.add(key);
        await attempt(async () => {
          const due = deletion(manifest, `partition ${manifest.partition}`, manifest.events);
          await deleteNoted(tell, due, async (gone) => {
            for (const key of own) await bucket.delete(key);
            gone(manifest.events);
          });
        });
      }
      // What a crash, or a damaged manifest, left alone.
      for (const key of keys) {
        const place = placeOf(key);
        if (place === undefined || !isPast(key, now) || spokenFor.has(key)) continue;
        await attempt(async () => {
          const due = deletion(place, `object ${key} without a manifest`, 0);
          if (!key.endsWith('.parquet')) await bucket.delete(key);
          else
            await deleteNoted(tell, due, async (gone) => {
              await bucket.delete(key);
              gone(0);
            });
          log.warn({ place: bucket.place, key }, 'deleted an object that no manifest spoke for');
        });
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

export const deletion = (
  { dataClass }: Pick<Manifest, 'dataClass'>,
  what: string,
  records: number,
): Deletion => ({ keeper: 'archive', dataClass, what, records });
