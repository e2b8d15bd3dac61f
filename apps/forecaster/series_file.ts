import { crc32 } from 'node:zlib';

const version = 1;
/** Version byte, CRC-32 of the rest, length of the head. */
const prefix = 1 + 4 + 4;

/** A series as it is kept: what it is, its numbers, and what its monitor knows. */
export interface KeptSeries {
  readonly head: Readonly<Record<string, unknown>>;
  readonly doubles: Readonly<Record<string, Float64Array>>;
  readonly floats: Readonly<Record<string, Float32Array>>;
  readonly monitor: Uint8Array;
}

type Lengths = readonly (readonly [name: string, length: number])[];

const lengthsOf = (arrays: Readonly<Record<string, { readonly length: number }>>): Lengths =>
  Object.entries(arrays).map(([name, { length }]) => [name, length] as const);

/**
 * A file of one series: version, checksum, a head of JSON that says what follows; then the numbers, little-endian, one
 * array after the other, and the monitor's bytes.
 */
export function writeSeries({ head, doubles, floats, monitor }: KeptSeries): Uint8Array {
  const text = Buffer.from(JSON.stringify({ head, doubles: lengthsOf(doubles), floats: lengthsOf(floats) }));
  const bytes = Buffer.concat([
    Buffer.alloc(prefix),
    text,
    ...[...Object.values(doubles), ...Object.values(floats)].map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    ),
    monitor,
  ]);
  bytes.writeUInt8(version, 0);
  bytes.writeUInt32LE(text.length, 5);
  bytes.writeUInt32LE(crc32(bytes.subarray(5)), 1);
  return bytes;
}

/** Undefined where the bytes are of another version, cut off or damaged. */
export function readSeries(bytes: Buffer): KeptSeries | undefined {
  if (bytes.length < prefix || bytes.readUInt8(0) !== version) return undefined;
  if (crc32(bytes.subarray(5)) !== bytes.readUInt32LE(1)) return undefined;
  let at = prefix + bytes.readUInt32LE(5);
  const { head, doubles, floats } = JSON.parse(bytes.toString('utf8', prefix, at)) as {
    head: Record<string, unknown>;
    doubles: Lengths;
    floats: Lengths;
  };
  // A copy, since numbers must begin at a multiple of their size.
  const next = (length: number): ArrayBuffer => {
    at += length;
    return Uint8Array.from(bytes.subarray(at - length, at)).buffer;
  };
  return {
    head,
    doubles: Object.fromEntries(
      doubles.map(([name, length]) => [name, new Float64Array(next(8 * length))] as const),
    ),
    floats: Object.fromEntries(
      floats.map(([name, length]) => [name, new Float32Array(next(4 * length))] as const),
    ),
    monitor: Uint8Array.from(bytes.subarray(at)),
  };
}
