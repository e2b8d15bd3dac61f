import type { RawRecord } from '@tidewatch/plugin';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { type FileBytes, headBytes, openBytes } from '../file/bytes.ts';
import { digest, holds } from '../file/identity.ts';
import type { FileBatch } from '../record_files.ts';
import { createExportParser, type JournalEntry } from './export.ts';

/** How far a journal was read. */
export const journalPosition = z.object({
  /** Everything before this byte of the unpacked file was taken. */
  offset: z.number(),
  /** The first bytes: whether the file is still the one that was read. */
  head: z.object({ length: z.number(), sha256: z.string() }),
});
export type JournalPosition = z.infer<typeof journalPosition>;

const readBytes = 256 * 1024;
const nothing = { length: 0, sha256: '' };

/**
 * Reads a journal in export format, packed or not, and gives its entries as JSON. After `from` if the file is still the
 * one that was read, else all of it: ids follow from cursors. An entry that is not complete waits for the rest. Rejects
 * with `NOT_A_JOURNAL_FILE`, with `DAMAGED_FILE` when all before the damage was given, or with the system's error.
 */
export async function* readJournal(
  path: string,
  from: JournalPosition | undefined,
  maxEntryBytes: number,
): AsyncGenerator<FileBatch<JournalPosition>> {
  const bytes = await openBytes(path);
  try {
    const start = from !== undefined && (await isSame(bytes, from)) ? from.offset : 0;
    const head = digest(await bytes.readAt(0, headBytes));
    const parser = createExportParser({ maxEntryBytes });
    let isJournal = start > 0;
    let damaged = 0;
    for (let at = start; ; ) {
      const chunk = await bytes.readAt(at, readBytes);
      at += chunk.length;
      const isOver = chunk.length === 0;
      const entries = isOver ? lastOf(bytes, parser.end) : parser.push(chunk);
      const last = entries.at(-1);
      if (last !== undefined) {
        isJournal = true;
        const records = entries.map((entry) => recordOf(entry, path, bytes, start));
        // Of a head that grows, what was there says as much.
        yield { records, position: { offset: start + last.end, head }, damaged: parser.damaged - damaged };
        damaged = parser.damaged;
      }
      if (isOver) break;
    }
    if (bytes.damage !== undefined) throw errors.DAMAGED_FILE({ path, reason: bytes.damage });
    if (!isJournal && parser.damaged > 0) throw errors.NOT_A_JOURNAL_FILE({ path });
  } finally {
    await bytes.close();
  }
}

/** Only of a packed file is it known that nothing follows, and only where it is whole. */
const lastOf = ({ packed, damage }: FileBytes, end: () => JournalEntry[]): JournalEntry[] =>
  packed && damage === undefined ? end() : [];

async function isSame(bytes: FileBytes, { offset, head }: JournalPosition): Promise<boolean> {
  const { size } = await bytes.state();
  return size >= offset && (await holds(bytes, { offset, head, foot: nothing }));
}

function recordOf(
  { cursor, fields, truncatedFrom, end }: JournalEntry,
  path: string,
  { inode, born }: FileBytes,
  start: number,
): RawRecord {
  return {
    bytes: Buffer.from(JSON.stringify(fields)),
    format: 'json',
    position:
      cursor === undefined
        ? { kind: 'file', fingerprint: `journald ${inode} ${born}`, offset: start + end }
        : { kind: 'journald', cursor },
    received: Date.now(),
    hints: { path, ...(truncatedFrom === undefined ? {} : { truncatedFrom }) },
  };
}
