import { loadRenderer } from './library.ts';
import { type EventDocument, readEventXml } from './xml.ts';

export const chunkBytes = 0x1_0000;
const headerBytes = 0x200;
const recordMagic = 0x2a2a;
const recordHeaderBytes = 0x18;
const leastRecord = recordHeaderBytes + 4;

/** One record of a chunk; `document` is undefined where it can't be read. */
export interface ChunkRecord {
  /** Its number in the file. */
  readonly number: bigint;
  /** When it was written: 100 ns since 1601. */
  readonly written: bigint;
  readonly bytes: Buffer;
  readonly document: EventDocument | undefined;
}

/** A chunk's own account of itself: 64 KiB that stand for themselves, strings and templates included. */
export interface ChunkSummary {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * The numbers of a chunk's first and last record (MS-EVEN6's file format as libyal/libevtx documents it, "Chunk");
 * `unused` where it is blank, `damaged` where it is no chunk.
 *
 * @param header at least its first 128 bytes
 */
export function summarise(header: Buffer): ChunkSummary | 'unused' | 'damaged' {
  if (header.toString('latin1', 0, 8) === 'ElfChnk\0') {
    const [first, last] = [header.readBigUInt64LE(0x18), header.readBigUInt64LE(0x20)];
    // A chunk that was begun and holds nothing yet.
    if (last + 1n === first || last === 0xffff_ffff_ffff_ffffn) return 'unused';
    return last < first ? 'damaged' : { first, last };
  }
  return header.subarray(0, 128).every((byte) => byte === 0) ? 'unused' : 'damaged';
}

/** Reads the records of one chunk. Damage costs the records it is in. */
export interface Chunk {
  /** Whether its checksums are right. */
  readonly isIntact: boolean;
  /** @param after the number of the last record not to be read */
  records(after: bigint): Generator<ChunkRecord>;
  /** Where records break off, to go on at the next one. */
  readonly gaps: number;
}

export async function openChunk(bytes: Buffer): Promise<Chunk> {
  const renderer = (await loadRenderer())(bytes);
  const end = Math.min(bytes.readUInt32LE(0x30), bytes.length);
  let gaps = 0;

  function* records(after: bigint): Generator<ChunkRecord> {
    for (let at = headerBytes; at + leastRecord <= end; ) {
      const size = sizeAt(bytes, at, end);
      if (size === undefined) {
        gaps++;
        at = nextRecord(bytes, at + 1, end);
        continue;
      }
      const number = bytes.readBigUInt64LE(at + 8);
      if (number > after)
        yield {
          number,
          written: bytes.readBigUInt64LE(at + 0x10),
          bytes: bytes.subarray(at, at + size),
          document: readEventXml(renderer.xml(at + recordHeaderBytes, size - leastRecord)),
        };
      at += size;
    }
  }

  return {
    isIntact: renderer.isIntact,
    records,
    get gaps() {
      return gaps;
    },
  };
}

/** A record says its length at both ends. */
function sizeAt(bytes: Buffer, at: number, end: number): number | undefined {
  if (bytes.readUInt32LE(at) !== recordMagic) return undefined;
  const size = bytes.readUInt32LE(at + 4);
  if (size < leastRecord || at + size > end) return undefined;
  return bytes.readUInt32LE(at + size - 4) === size ? size : undefined;
}

const magicBytes = Buffer.from([0x2a, 0x2a, 0, 0]);

function nextRecord(bytes: Buffer, from: number, end: number): number {
  for (
    let at = bytes.indexOf(magicBytes, from);
    at !== -1 && at + leastRecord <= end;
    at = bytes.indexOf(magicBytes, at + 1)
  )
    if (sizeAt(bytes, at, end) !== undefined) return at;
  return end;
}
