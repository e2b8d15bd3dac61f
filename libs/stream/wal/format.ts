import { crc32 } from 'node:zlib';
import type { NewRecord, StreamRecord } from '../contract.ts';

/**
 * A record in a segment, little endian:
 *
 * | bytes | what |
 * |---|---|
 * | 4 | length of what follows the checksum |
 * | 4 | CRC-32 of what follows, begun with the segment's salt |
 * | 1 | format version |
 * | 6 | offset |
 * | 6 | appendedAt, epoch milliseconds |
 * | 2 | bytes of the key |
 * | 2 | number of headers |
 * | … | key; per header 2 bytes length and name, 4 bytes length and value; value to the end |
 *
 * The salt keeps bytes that somebody logged from passing for a record when a damaged segment is searched for the next
 * whole one.
 */
const recordVersion = 1;

const prefixBytes = 8;
const fixedBytes = 17;
export const minRecordBytes = prefixBytes + fixedBytes;
export const maxRecordBytes = 32 * 1024 * 1024;

const u16Max = 0xffff;
const u32Range = 0x1_0000_0000;

export function writeU48(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt32LE(value >>> 0, at);
  buffer.writeUInt16LE(Math.floor(value / u32Range), at + 4);
}

export const readU48 = (buffer: Buffer, at: number): number =>
  buffer.readUInt32LE(at) + buffer.readUInt16LE(at + 4) * u32Range;

/** Bytes the record takes in a segment, or Infinity where a key or header name is too long to be written. */
export function recordBytes(record: NewRecord): number {
  const key = Buffer.byteLength(record.key);
  let bytes = minRecordBytes + key + record.value.byteLength;
  if (key > u16Max) return Number.POSITIVE_INFINITY;
  if (record.headers === undefined) return bytes;
  for (const name in record.headers) {
    const nameBytes = Buffer.byteLength(name);
    if (nameBytes > u16Max) return Number.POSITIVE_INFINITY;
    bytes += 6 + nameBytes + Buffer.byteLength(record.headers[name] as string);
  }
  return bytes;
}

/** Writes the record at `at` and returns where the next one begins. */
export function encodeRecord(
  buffer: Buffer,
  at: number,
  record: NewRecord,
  offset: number,
  appendedAt: number,
  salt: number,
): number {
  const body = at + prefixBytes;
  buffer[body] = recordVersion;
  writeU48(buffer, offset, body + 1);
  writeU48(buffer, appendedAt, body + 7);
  let cursor = body + fixedBytes;
  const keyBytes = buffer.write(record.key, cursor);
  buffer.writeUInt16LE(keyBytes, body + 13);
  cursor += keyBytes;
  let headers = 0;
  if (record.headers !== undefined) {
    for (const name in record.headers) {
      const nameBytes = buffer.write(name, cursor + 2);
      buffer.writeUInt16LE(nameBytes, cursor);
      cursor += 2 + nameBytes;
      const valueBytes = buffer.write(record.headers[name] as string, cursor + 4);
      buffer.writeUInt32LE(valueBytes, cursor);
      cursor += 4 + valueBytes;
      headers++;
    }
  }
  buffer.writeUInt16LE(headers, body + 15);
  buffer.set(record.value, cursor);
  const end = cursor + record.value.byteLength;
  buffer.writeUInt32LE(end - body, at);
  buffer.writeUInt32LE(crc32(buffer.subarray(body, end), salt), at + 4);
  return end;
}

export const offsetAt = (buffer: Buffer, at: number): number => readU48(buffer, at + prefixBytes + 1);
export const appendedAtAt = (buffer: Buffer, at: number): number => readU48(buffer, at + prefixBytes + 7);

/**
 * Looks at what stands at `at`.
 *
 * @returns the bytes of a whole record; 0 where there is none; minus the bytes it would take where `end` comes first
 */
export function checkRecord(buffer: Buffer, at: number, end: number, salt: number): number {
  if (end - at < prefixBytes) return -prefixBytes;
  const length = buffer.readUInt32LE(at);
  if (length < fixedBytes || length > maxRecordBytes) return 0;
  const bytes = prefixBytes + length;
  if (end - at < bytes) return -bytes;
  if (buffer[at + prefixBytes] !== recordVersion) return 0;
  const crc = crc32(buffer.subarray(at + prefixBytes, at + bytes), salt);
  return crc === buffer.readUInt32LE(at + 4) ? bytes : 0;
}

export const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

/** Reads a record that {@link checkRecord} found whole. Its value is a view into `buffer`. */
export function decodeRecord(buffer: Buffer, at: number, bytes: number, partition: number): StreamRecord {
  const body = at + prefixBytes;
  let cursor = body + fixedBytes;
  const keyEnd = cursor + buffer.readUInt16LE(body + 13);
  const key = buffer.toString('utf8', cursor, keyEnd);
  cursor = keyEnd;
  const count = buffer.readUInt16LE(body + 15);
  let headers = noHeaders;
  if (count > 0) {
    const entries: [string, string][] = [];
    for (let i = 0; i < count; i++) {
      const nameEnd = cursor + 2 + buffer.readUInt16LE(cursor);
      const name = buffer.toString('utf8', cursor + 2, nameEnd);
      cursor = nameEnd + 4 + buffer.readUInt32LE(nameEnd);
      entries.push([name, buffer.toString('utf8', nameEnd + 4, cursor)]);
    }
    headers = Object.fromEntries(entries);
  }
  return {
    key,
    headers,
    value: buffer.subarray(cursor, at + bytes),
    position: { partition, offset: offsetAt(buffer, at) },
    appendedAt: appendedAtAt(buffer, at),
  };
}
