import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { StreamRecord } from '../contract.ts';
import { syncDirectory } from '../durable.ts';
import { appendedAtAt, checkRecord, createRecordReader, minRecordBytes, offsetAt } from './format.ts';
import { encodeHeader, headerBytes, type SegmentHeader } from './header.ts';

/** One entry of the sparse index: a record, where it stands in the file, and when it was appended. */
interface IndexEntry {
  readonly offset: number;
  readonly position: number;
  readonly appendedAt: number;
}

/** Bytes that hold no readable record. */
export interface Hole {
  readonly position: number;
  /** Empty where the file ends too early. */
  readonly bytes: Buffer;
  /** Offset expected at the hole's begin, and the first one after it. */
  readonly from: number;
  readonly to: number;
}

export interface WalkEnd {
  /** Where the walk ended. Below the segment's size, and not stopped, means: from here on nothing is readable. */
  readonly position: number;
  /** The offset expected there. */
  readonly next: number;
  readonly stopped: boolean;
}

export type HoleHandler = (segment: Segment, hole: Hole) => Promise<unknown>;

/** Takes a whole record; false stops the walk after it. */
type Visit = (buffer: Buffer, at: number, bytes: number, offset: number) => boolean;

const chunkBytes = 1024 * 1024;
const indexEvery = 64 * 1024;
/** Offsets that failed appends may have skipped, when a damaged segment is searched for its next record. */
const skippedOffsets = 1_000_000;
const searchSlice = 256 * 1024;

export const segmentName = (base: number): string => `${String(base).padStart(20, '0')}.log`;
export const segmentPattern = /^\d{20}\.log$/;

/** One file of a partition: a header and records with growing offsets. Only the newest is written to. */
export class Segment {
  readonly path: string;
  readonly header: SegmentHeader;
  /** Durable bytes. */
  size: number;
  /** One above the last readable offset of the partition up to here. */
  end: number;
  /** Newest `appendedAt`; 0 without records. */
  newest = 0;
  readonly #index: IndexEntry[] = [];
  readonly #holes = new Map<number, number>();
  readonly #onHole: HoleHandler;

  constructor(directory: string, header: SegmentHeader, size: number, onHole: HoleHandler) {
    this.path = join(directory, segmentName(header.base));
    this.header = header;
    this.size = size;
    this.end = header.previousEnd;
    this.#onHole = onHole;
  }

  get base(): number {
    return this.header.base;
  }

  /** When its first record was appended, as far as is known. */
  get oldest(): number | undefined {
    return this.#index[0]?.appendedAt;
  }

  /** Notes a record that was appended, found or glimpsed, in order of position. */
  note(offset: number, position: number, appendedAt: number): void {
    const last = this.#index.at(-1);
    if (last === undefined || position - last.position >= indexEvery)
      this.#index.push({ offset, position, appendedAt });
  }

  /** When a record near `offset` (at or shortly before it) was appended; undefined where nothing is known. */
  appendedNear(offset: number): number | undefined {
    return this.#floor(offset)?.appendedAt;
  }

  /** Whole records from `from` on, at most `limit`, and about `maxBytes` of them. */
  async read(from: number, limit: number, maxBytes: number, partition: number): Promise<StreamRecord[]> {
    const records: StreamRecord[] = [];
    const decode = createRecordReader(partition);
    let total = 0;
    const start = this.#floor(from);
    const size = this.size;
    const end = this.end;
    const walked = await this.walk(
      start?.position ?? headerBytes,
      start?.offset ?? this.base,
      (buffer, at, bytes, offset) => {
        if (offset < from) return true;
        records.push(decode(buffer, at, bytes));
        total += bytes;
        return records.length < limit && total < maxBytes;
      },
      size,
    );
    if (!walked.stopped && (walked.position < size || walked.next < end))
      await this.#unreadable(walked, size, end);
    return records;
  }

  /** Goes through whole records from a position on, over damage, which it reports once. */
  async walk(from: number, minOffset: number, visit: Visit, size = this.size): Promise<WalkEnd> {
    const handle = await open(this.path, 'r');
    try {
      let position = from;
      let next = minOffset;
      let want = chunkBytes;
      while (position < size) {
        const length = Math.min(want, size - position);
        const buffer = await readAt(handle, position, length);
        want = chunkBytes;
        let at = 0;
        for (;;) {
          const here = position + at;
          if (here === size) return { position: here, next, stopped: false };
          const found = checkRecord(buffer, at, buffer.length, this.header.salt);
          if (found > 0 && offsetAt(buffer, at) >= next) {
            const offset = offsetAt(buffer, at);
            next = offset + 1;
            this.note(offset, here, appendedAtAt(buffer, at));
            at += found;
            if (!visit(buffer, at - found, found, offset))
              return { position: position + at, next, stopped: true };
            continue;
          }
          if (found < 0 && here - found <= size && buffer.length === length) {
            want = Math.max(chunkBytes, -found);
            position = here;
            break;
          }
          const after = this.#holes.get(here) ?? (await this.#skip(handle, here, next, size));
          if (after === undefined) return { position: here, next, stopped: false };
          position = after;
          break;
        }
      }
      return { position, next, stopped: false };
    } finally {
      await handle.close();
    }
  }

  /** Finds the next whole record after damage, and reports what lies between. */
  async #skip(handle: FileHandle, position: number, next: number, size: number): Promise<number | undefined> {
    const rest = await readAt(handle, position, size - position);
    const found = await this.#search(rest, next);
    if (found === undefined) return undefined;
    const to = offsetAt(rest, found);
    this.#holes.set(position, position + found);
    await this.#onHole(this, { position, bytes: rest.subarray(0, found), from: next, to });
    return position + found;
  }

  async #search(rest: Buffer, next: number): Promise<number | undefined> {
    const maxOffset = next + Math.ceil(rest.length / minRecordBytes) + skippedOffsets;
    for (let at = 1; at <= rest.length - minRecordBytes; at++) {
      if (at % searchSlice === 0) await setImmediate();
      const offset = offsetAt(rest, at);
      if (offset < next || offset > maxOffset) continue;
      if (checkRecord(rest, at, rest.length, this.header.salt) > 0) return at;
    }
    return undefined;
  }

  async #unreadable(walked: WalkEnd, size: number, end: number): Promise<void> {
    if (this.#holes.has(walked.position)) return;
    this.#holes.set(walked.position, size);
    const bytes = await this.bytes(walked.position, size);
    await this.#onHole(this, {
      position: walked.position,
      bytes,
      from: walked.next,
      to: Math.max(end, walked.next),
    });
  }

  /** Goes through all of it, reporting what is damaged. */
  async check(): Promise<void> {
    const walked = await this.walk(headerBytes, this.base, () => true);
    if (walked.position < this.size || walked.next < this.end)
      await this.#unreadable(walked, this.size, this.end);
  }

  /** Somebody deleted the file. Reported once. */
  async vanished(): Promise<void> {
    if (this.#holes.has(0)) return;
    this.#holes.set(0, this.size);
    await this.#onHole(this, { position: 0, bytes: Buffer.alloc(0), from: this.base, to: this.end });
  }

  async bytes(from: number, to: number): Promise<Buffer> {
    const handle = await open(this.path, 'r');
    try {
      return await readAt(handle, from, to - from);
    } finally {
      await handle.close();
    }
  }

  /** The last entry at or below `offset`. */
  #floor(offset: number): IndexEntry | undefined {
    let low = 0;
    let high = this.#index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#index[middle] as IndexEntry).offset <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#index[low - 1];
  }
}

/** Makes the file of a new, empty segment, durably. */
export async function createSegment(
  directory: string,
  previous: Segment | undefined,
  base: number,
  onHole: HoleHandler,
): Promise<Segment> {
  const header = {
    base,
    salt: randomBytes(4).readUInt32LE(),
    previousBase: previous?.base ?? -1,
    previousEnd: previous?.end ?? base,
    previousNewest: previous?.newest ?? 0,
  };
  const segment = new Segment(directory, header, headerBytes, onHole);
  try {
    // Whatever bears this name holds no records: an offset is never taken twice.
    const handle = await open(segment.path, 'w');
    try {
      await handle.writeFile(encodeHeader(header));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncDirectory(directory);
  } catch (error) {
    await rm(segment.path, { force: true });
    throw error;
  }
  return segment;
}

/** Reads `length` bytes, or what the file has of them. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Writes all of it from `position` on. */
export async function writeAt(handle: FileHandle, buffer: Buffer, position: number): Promise<void> {
  for (let written = 0; written < buffer.length; ) {
    const { bytesWritten } = await handle.write(buffer, written, buffer.length - written, position + written);
    written += bytesWritten;
  }
}
