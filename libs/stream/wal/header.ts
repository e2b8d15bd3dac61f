import { crc32 } from 'node:zlib';
import { readU48, writeU48 } from './format.ts';

/** What the head of a segment says about itself and the one before it. */
export interface SegmentHeader {
  /** No record in here has a smaller offset; also the file's name. */
  readonly base: number;
  /** Begins every checksum of this segment; random. */
  readonly salt: number;
  /** The base of the segment before; -1 where there was none. */
  readonly previousBase: number;
  /** One above the last readable offset before this segment. */
  readonly previousEnd: number;
  /** Newest `appendedAt` in the segment before. */
  readonly previousNewest: number;
}

export const segmentVersion = 1;
const magic = 0x474c5754; // 'TWLG'
const copyBytes = 40;
const checkedBytes = copyBytes - 4;

/** The header stands in the file twice, so that one flipped bit can't cost a whole segment. */
export const headerBytes = 2 * copyBytes;

export function encodeHeader(header: SegmentHeader): Buffer {
  const copy = Buffer.alloc(copyBytes);
  copy.writeUInt32LE(magic, 0);
  copy[4] = segmentVersion;
  copy.writeUInt32LE(header.salt, 8);
  writeU48(copy, header.base, 12);
  writeU48(copy, header.previousBase + 1, 18);
  writeU48(copy, header.previousEnd, 24);
  writeU48(copy, header.previousNewest, 30);
  copy.writeUInt32LE(crc32(copy.subarray(0, checkedBytes)), checkedBytes);
  return Buffer.concat([copy, copy]);
}

export type DecodedHeader =
  | { readonly ok: true; readonly header: SegmentHeader }
  | { readonly ok: false; readonly version: number | undefined };

/** Reads the first whole copy; where a newer version wrote it, says which; version undefined where none is whole. */
export function decodeHeader(head: Buffer): DecodedHeader {
  for (const at of [0, copyBytes]) {
    if (head.length < at + copyBytes) break;
    const copy = head.subarray(at, at + copyBytes);
    if (copy.readUInt32LE(0) !== magic) continue;
    if (crc32(copy.subarray(0, checkedBytes)) !== copy.readUInt32LE(checkedBytes)) continue;
    if (copy[4] !== segmentVersion) return { ok: false, version: copy[4] };
    return {
      ok: true,
      header: {
        salt: copy.readUInt32LE(8),
        base: readU48(copy, 12),
        previousBase: readU48(copy, 18) - 1,
        previousEnd: readU48(copy, 24),
        previousNewest: readU48(copy, 30),
      },
    };
  }
  return { ok: false, version: undefined };
}
