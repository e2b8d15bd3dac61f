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
/** Version, offset and time. */
const stampBytes = 13;
const fixedBytes = stampBytes + 4;
export const minRecordBytes = prefixBytes + fixedBytes;
export const maxRecordBytes = 32 * 1024 * 1024;

export const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

const u16Max = 0xffff;
const u32Range = 0x1_0000_0000;

export function writeU48(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt32LE(value >>> 0, at);
  buffer.writeUInt16LE(Math.floor(value / u32Range), at + 4);
}

export const readU48 = (buffer: Buffer, at: number): number =>
  buffer.readUInt32LE(at) + buffer.readUInt16LE(at + 4) * u32Range;

/**
 * Makes the measure of records: the bytes each takes in a segment, or Infinity where a key or header name is too long
 * to be written. Records that follow on each other mostly share key and headers, which are then measured once.
 */
export function createMeasure(): (record: NewRecord) => number {
  let key: string | undefined;
  let headers: NewRecord['headers'];
  let beside = 0;
  return (record) => {
    if (record.key !== key || record.headers !== headers) {
      ({ key, headers } = record);
      beside = bytesBeside(key, headers);
    }
    return beside + record.value.byteLength;
  };
}

/** What a record takes beside its value. */
function bytesBeside(key: string, headers: NewRecord['headers'] = noHeaders): number {
  const keyBytes = Buffer.byteLength(key);
  let bytes = minRecordBytes + keyBytes;
  if (keyBytes > u16Max) return Number.POSITIVE_INFINITY;
  for (const name of Object.keys(headers)) {
    const nameBytes = Buffer.byteLength(name);
    if (nameBytes > u16Max) return Number.POSITIVE_INFINITY;
    bytes += 6 + nameBytes + Buffer.byteLength(headers[name] as string);
  }
  return bytes;
}

/** Writes a record at `at` and answers where the next one begins. */
export type WriteRecord = (at: number, record: NewRecord, offset: number) => number;

/** Makes the writer of records that are appended at once: what stands before their values is encoded once for a run. */
export function createRecordWriter(buffer: Buffer, appendedAt: number, salt: number): WriteRecord {
  const { buffer: memory, byteOffset } = buffer;
  const view = new DataView(memory, byteOffset, buffer.byteLength);
  let key: string | undefined;
  let headers: NewRecord['headers'];
  let head: Buffer = Buffer.alloc(0);
  return (at, record, offset) => {
    if (record.key !== key || record.headers !== headers) {
      ({ key, headers } = record);
      head = encodeHead(key, headers, appendedAt);
    }
    const { value } = record;
    const body = at + prefixBytes;
    buffer.set(head, body);
    view.setUint32(body + 1, offset >>> 0, true);
    view.setUint16(body + 5, Math.floor(offset / u32Range), true);
    buffer.set(value, body + head.length);
    const length = head.length + value.byteLength;
    view.setUint32(at, length, true);
    view.setUint32(at + 4, crc32(new Uint8Array(memory, byteOffset + body, length), salt), true);
    return body + length;
  };
}

/** From the version to the last header; the offset is yet to be written. */
function encodeHead(key: string, headers: NewRecord['headers'] = noHeaders, appendedAt: number): Buffer {
  const names = Object.keys(headers);
  const head = Buffer.alloc(bytesBeside(key, headers) - prefixBytes);
  head[0] = recordVersion;
  writeU48(head, appendedAt, 7);
  head.writeUInt16LE(names.length, 15);
  let cursor = fixedBytes + head.write(key, fixedBytes);
  head.writeUInt16LE(cursor - fixedBytes, 13);
  for (const name of names) {
    const nameBytes = head.write(name, cursor + 2);
    head.writeUInt16LE(nameBytes, cursor);
    cursor += 2 + nameBytes;
    const valueBytes = head.write(headers[name] as string, cursor + 4);
    head.writeUInt32LE(valueBytes, cursor);
    cursor += 4 + valueBytes;
  }
  return head;
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

/** Reads a record that {@link checkRecord} found whole. Its value is a view into `buffer`. */
export type ReadRecord = (buffer: Buffer, at: number, bytes: number) => StreamRecord;

/** Makes the reader of a partition's records: what stands before their values is read once for a run. */
export function createRecordReader(partition: number): ReadRecord {
  let known: Head = { bytes: Buffer.alloc(0), key: '', headers: noHeaders };
  return (buffer, at, bytes) => {
    const start = at + prefixBytes + stampBytes;
    const end = start + known.bytes.length;
    const isKnown =
      end > start &&
      end <= at + bytes &&
      buffer.compare(known.bytes, 0, known.bytes.length, start, end) === 0;
    if (!isKnown) known = decodeHead(buffer, start);
    const { key, headers } = known;
    return {
      key,
      headers,
      value: buffer.subarray(start + known.bytes.length, at + bytes),
      position: { partition, offset: offsetAt(buffer, at) },
      appendedAt: appendedAtAt(buffer, at),
    };
  };
}

/** What stands between a record's stamp and its value, with the lengths in it. */
interface Head {
  readonly bytes: Buffer;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

function decodeHead(buffer: Buffer, start: number): Head {
  const keyEnd = start + 4 + buffer.readUInt16LE(start);
  const key = buffer.toString('utf8', start + 4, keyEnd);
  const entries: [string, string][] = [];
  let cursor = keyEnd;
  for (let left = buffer.readUInt16LE(start + 2); left > 0; left--) {
    const nameEnd = cursor + 2 + buffer.readUInt16LE(cursor);
    const name = buffer.toString('utf8', cursor + 2, nameEnd);
    cursor = nameEnd + 4 + buffer.readUInt32LE(nameEnd);
    entries.push([name, buffer.toString('utf8', nameEnd + 4, cursor)]);
  }
  const headers = entries.length === 0 ? noHeaders : Object.fromEntries(entries);
  return { bytes: buffer.subarray(start, cursor), key, headers };
}
