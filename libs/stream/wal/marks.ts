import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { replaceFile } from '../durable.ts';
import { errors } from '../errors.ts';
import { readU48, writeU48 } from './format.ts';

/** What a partition remembers beside its segments, so that a segment that vanishes is missed. */
export interface Marks {
  /** Base of the oldest segment: what is below was deleted by the log. */
  readonly first: number;
  /** Base of the newest segment. */
  readonly active: number;
  /** One above the last offset where the partition was closed; else above any that may have been given. */
  readonly end: number;
  readonly closed: boolean;
}

export interface MarksFile {
  /** What the process before left; undefined for a new partition, or where nothing whole is there. */
  readonly found: Marks | undefined;
  /** Durable when it resolves; after a crash there is the old or the new. Needs no space, so a full disk can be freed. */
  write(marks: Marks): Promise<void>;
  close(): Promise<void>;
}

export const marksName = 'marks';
export const marksVersion = 1;
const magic = 0x4d505754; // 'TWPM'
const copyBytes = 40;
const checkedBytes = copyBytes - 4;
/** Each copy has a block of its own, which a torn write of the other does not touch. */
const copiesAt = [0, 4_096];

/** Opens the marks of a partition, making the file where there is none. */
export async function openMarks(directory: string): Promise<MarksFile> {
  const read = await readMarks(directory);
  let { sequence } = read;
  const path = join(directory, marksName);
  if (!read.exists) await replaceFile(path, Buffer.alloc((copiesAt.at(-1) as number) + copyBytes));
  const handle = await open(path, 'r+');
  return {
    found: read.marks,
    async write(marks) {
      sequence++;
      for (const at of copiesAt) await writeCopy(handle, encodeMarks(marks, sequence), at);
    },
    close: () => handle.close(),
  };
}

/**
 * Reads the marks without changing anything.
 *
 * @throws STREAM_FORMAT where a newer version wrote them
 */
export async function readMarks(
  directory: string,
): Promise<{ readonly marks: Marks | undefined; readonly sequence: number; readonly exists: boolean }> {
  const path = join(directory, marksName);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  let sequence = 0;
  let marks: Marks | undefined;
  for (const at of copiesAt) {
    const copy = bytes?.subarray(at, at + copyBytes);
    if (copy === undefined || copy.length < copyBytes || copy.readUInt32LE(0) !== magic) continue;
    if (crc32(copy.subarray(0, checkedBytes)) !== copy.readUInt32LE(checkedBytes)) continue;
    const version = copy[4] as number;
    if (version !== marksVersion) throw errors.STREAM_FORMAT({ path, found: version, known: marksVersion });
    if (copy.readUInt32LE(8) <= sequence) continue;
    sequence = copy.readUInt32LE(8);
    const [first, active, end] = [readU48(copy, 12), readU48(copy, 18), readU48(copy, 24)];
    marks = { first, active, end, closed: copy[5] === 1 };
  }
  return { marks, sequence, exists: bytes !== undefined };
}

function encodeMarks({ first, active, end, closed }: Marks, sequence: number): Buffer {
  const copy = Buffer.alloc(copyBytes);
  copy.writeUInt32LE(magic, 0);
  copy[4] = marksVersion;
  copy[5] = closed ? 1 : 0;
  copy.writeUInt32LE(sequence, 8);
  writeU48(copy, first, 12);
  writeU48(copy, active, 18);
  writeU48(copy, end, 24);
  copy.writeUInt32LE(crc32(copy.subarray(0, checkedBytes)), checkedBytes);
  return copy;
}

async function writeCopy(handle: FileHandle, copy: Buffer, at: number): Promise<void> {
  await handle.write(copy, 0, copyBytes, at);
  await handle.datasync();
}
