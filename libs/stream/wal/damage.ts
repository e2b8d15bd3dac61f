import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Damage } from '../contract.ts';
import { replaceFile } from '../durable.ts';
import type { Logger } from '../logger.ts';
import type { HoleHandler } from './segment.ts';

export interface DamagedBytes {
  /** Path of the segment. */
  readonly path: string;
  readonly partition: number;
  /** Base of the segment. */
  readonly base: number;
  /** Where in the segment the bytes stand. */
  readonly position: number;
  readonly bytes: Buffer;
  /** Records lost; 0 for a torn tail. */
  readonly records: number;
  readonly torn: boolean;
}

/** Counts what is damaged, says so, and keeps the bytes beside the stream for whoever wants to look. */
export interface DamageBook {
  readonly counts: Damage;
  /** False when the bytes could not be copied; they are then still in their segment. */
  setAside(damaged: DamagedBytes): Promise<boolean>;
  /** Sets aside what a segment of the partition finds unreadable. */
  onHole(partition: number): HoleHandler;
  missing(details: { readonly partition: number; readonly before: number; readonly records: number }): void;
  /** Deletes what was set aside of segments that are deleted: their records are to be gone everywhere. */
  forget(partition: number, below: number): Promise<void>;
}

/** Files set aside: partition, base of the segment, position in it. */
export const quarantinePattern = /^(\d+)-(\d+)-(\d+)\.bin$/;

export function createDamageBook(stream: string, directory: string, log: Logger): DamageBook {
  const counts = { tornTails: 0, quarantinedRecords: 0, quarantinedBytes: 0, missingRecords: 0 };

  async function keep({ partition, base, position, bytes }: DamagedBytes): Promise<string> {
    await mkdir(directory, { recursive: true });
    const path = join(directory, `${partition}-${base}-${position}.bin`);
    await replaceFile(path, bytes);
    return path;
  }

  const book: DamageBook = {
    counts,
    async setAside(damaged) {
      const { path, partition, position, bytes, records, torn } = damaged;
      if (torn) counts.tornTails++;
      counts.quarantinedRecords += records;
      if (!torn || records > 0) counts.quarantinedBytes += bytes.length;
      const details = { stream, partition, segment: path, position, bytes: bytes.length, records };
      try {
        // A tail of zeros is what a file system leaves of a write that never came; there is nothing to keep.
        const kept = bytes.equals(Buffer.alloc(bytes.length)) ? undefined : await keep(damaged);
        if (torn && records === 0)
          log.warn({ ...details, kept }, 'cut a torn tail: an append that was never acknowledged');
        else log.error({ ...details, kept }, 'damaged records set aside');
        return true;
      } catch (error) {
        log.error(
          { ...details, err: error },
          'damaged records could not be set aside; they stay in their segment',
        );
        return false;
      }
    },
    onHole:
      (partition) =>
      async ({ path, base }, { position, bytes, from, to }) => {
        const records = to - from;
        if (bytes.length === 0) book.missing({ partition, before: to, records });
        else await book.setAside({ path, partition, base, position, bytes, records, torn: false });
      },
    missing(details) {
      counts.missingRecords += details.records;
      log.error({ stream, ...details }, 'records are missing that the log did not delete');
    },
    async forget(partition, below) {
      for (const name of await readdir(directory).catch(() => [])) {
        const [, of, base] = quarantinePattern.exec(name) ?? [];
        if (Number(of) === partition && Number(base) < below)
          await rm(join(directory, name), { force: true });
      }
    },
  };
  return book;
}
