import { z } from 'zod';
import { partitionPeriod } from '../partition.ts';

/** The format that is written, and the only one that is read back (decision record 53). */
export const archiveFormat = 'tidewatch-archive/2';

/**
 * What an archive says of one of its Parquet files, beside it. An object without one does not count: it is written last,
 * and deleted first.
 */
export const manifestSchema = z
  .strictObject({
    /** Of any version: whatever its file's format, it is listed, and deleted in time. */
    format: z.string().regex(/^tidewatch-archive\/[1-9]\d*$/),
    dataClass: z.string().regex(/^[a-z0-9_]+$/),
    /** Time partition, e.g. `2024-05-01`. */
    partition: z.string(),
    /** The partition's stretch of ingestion time, epoch milliseconds, end exclusive. */
    period: z.object({ from: z.int(), to: z.int() }),
    events: z.int().min(1),
    /** Smallest and largest `@timestamp`, epoch milliseconds. */
    from: z.int(),
    to: z.int(),
    nested: z.boolean(),
    bytes: z.int().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** The class's time to live when it was archived; that of now counts where the class still exists. */
    ttlMs: z.int().min(1),
    /** Dotted paths that occur in its partition's documents. */
    fields: z.array(z.string()),
  })
  // It names a file of ours, too, and decides how long that lives.
  .refine(({ partition, period }) => {
    const named = partitionPeriod(partition);
    return named !== undefined && named.from === period.from && named.to === period.to;
  });

export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

const folderOf = ({ dataClass, partition }: Pick<Manifest, 'dataClass' | 'partition'>): string =>
  `${dataClass}/${partition}`;

/** Says how much of a partition is in the archive, where that was exported from a cluster. */
export const exportedKey = (place: Pick<Manifest, 'dataClass' | 'partition'>): string =>
  `${folderOf(place)}/exported`;

/** Keys name the content, so that two servers that share an archive never replace what the other keeps. */
export const objectKey = (manifest: Pick<Manifest, 'dataClass' | 'partition' | 'sha256'>): string =>
  `${folderOf(manifest)}/${manifest.sha256.slice(0, 32)}.parquet`;

export const manifestKey = (manifest: Pick<Manifest, 'dataClass' | 'partition' | 'sha256'>): string =>
  `${folderOf(manifest)}/${manifest.sha256.slice(0, 32)}.json`;

/** Until when a file was brought back into a cluster, and what it holds. */
export const restoredKey = (manifest: Pick<Manifest, 'dataClass' | 'partition' | 'sha256'>): string =>
  `${folderOf(manifest)}/${manifest.sha256.slice(0, 32)}.restored`;

export const restoredSchema = z.strictObject({
  until: z.int(),
  manifest: manifestSchema,
  /** How many of its events the cluster took; absent until it took all that it takes. */
  stored: z.int().min(0).optional(),
});

/** What {@link exportedKey} holds. */
export const exportedSchema = z.strictObject({
  /** What the partition held then; where it holds more by now, that is not in the archive. */
  events: z.int().min(0),
});

/** An object's text as JSON; undefined where it is none. */
export function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

/** What an object of ours belongs to, from its key alone. */
export function placeOf(key: string) {
  const [, dataClass, name] =
    /^([a-z0-9_]+)\/([^/]+)\/(?:[0-9a-f]{32}\.(?:parquet|json|restored)|exported)$/.exec(key) ?? [];
  const period = name === undefined ? undefined : partitionPeriod(name);
  return dataClass === undefined || period === undefined ? undefined : { dataClass, period };
}
