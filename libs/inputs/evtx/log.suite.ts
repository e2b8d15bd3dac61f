import { crc32 } from 'node:zlib';

/** An event to write into a log. */
export interface SampleEvent {
  readonly record: number;
  readonly eventId?: number;
  readonly channel?: string;
  readonly data: readonly (readonly [name: string, value: SampleValue])[];
}
export type SampleValue = string | boolean | bigint | Date;

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');
const u16 = (value: number): Buffer => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(value).buffer);
const filetime = (time: Date): bigint => (BigInt(time.getTime()) + 11_644_473_600_000n) * 10_000n;

/** A value's type and bytes: text, boolean in four bytes, a size of a 64-bit system, time. */
function encode(value: SampleValue): readonly [type: number, bytes: Buffer] {
  if (typeof value === 'string') return [0x01, wide(value)];
  if (typeof value === 'boolean') return [0x0d, u32(value ? 1 : 0)];
  if (typeof value === 'bigint') return [0x10, u64(value)];
  return [0x11, u64(filetime(value))];
}

/** Binary XML that is written at a place in a chunk: names stand where they are used first. */
class BinaryXml {
  readonly values: (readonly [type: number, bytes: Buffer])[] = [];
  /** Where names stand in the chunk. */
  readonly names: number[] = [];
  #parts: Buffer[] = [];
  #at: number;

  constructor(at: number) {
    this.#at = at;
  }
  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
  put(...parts: Buffer[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      this.#at += part.length;
    }
  }
  #name(name: string): void {
    this.names.push(this.#at + 4);
    this.put(u32(this.#at + 4), u32(0), u16(0), u16(name.length), wide(`${name}\0`));
  }
  element(name: string, attributes: readonly (readonly [string, SampleValue])[], content?: () => void): void {
    this.put(Buffer.from([attributes.length > 0 ? 0x41 : 0x01]), u16(0xffff));
    const sizeIndex = this.#parts.length;
    this.put(u32(0));
    const from = this.#at;
    this.#name(name);
    if (attributes.length > 0) this.put(u32(0));
    attributes.forEach(([key, value], i) => {
      this.put(Buffer.from([i + 1 < attributes.length ? 0x46 : 0x06]));
      this.#name(key);
      this.value(value);
    });
    if (content === undefined) this.put(Buffer.from([0x03]));
    else {
      this.put(Buffer.from([0x02]));
      content();
      this.put(Buffer.from([0x04]));
    }
    this.#parts[sizeIndex] = u32(this.#at - from);
  }
  /** A text that the template itself has. */
  literal(text: string): void {
    this.put(Buffer.from([0x05, 0x01]), u16(text.length), wide(text));
  }
  value(value: SampleValue): void {
    const [type, bytes] = encode(value);
    this.put(Buffer.from([0x0d]), u16(this.values.length), Buffer.from([type]));
    this.values.push([type, bytes]);
  }
}

const written = new Date('2026-11-21T09:08:01.250Z');
const fragment = Buffer.from([0x0f, 1, 1, 0]);

/** The binary XML of an event at a place in its chunk: a template of its own, then the values. */
function eventXml(at: number, { record, eventId = 4688, channel = 'Security', data }: SampleEvent) {
  const instance = 10;
  const template = at + fragment.length + instance;
  const xml = new BinaryXml(template + 24);
  xml.put(fragment);
  xml.element('Event', [], () => {
    xml.element('System', [], () => {
      xml.element('Provider', [['Name', 'Microsoft-Windows-Security-Auditing']]);
      for (const [name, text] of Object.entries({ EventID: eventId, Level: 0, EventRecordID: record }))
        xml.element(name, [], () => xml.value(String(text)));
      xml.element('TimeCreated', [['SystemTime', written]]);
      xml.element('Channel', [], () => xml.literal(channel));
      xml.element('Computer', [], () => xml.value('pc-1.corp.example'));
    });
    xml.element('EventData', [], () => {
      for (const [name, value] of data)
        xml.element('Data', name === '' ? [] : [['Name', name]], () => xml.value(value));
    });
  });
  xml.put(Buffer.from([0x00]));
  const bytes = Buffer.concat([
    fragment,
    Buffer.from([0x0c, 1]),
    u32(record),
    u32(template),
    u32(0),
    u32(record),
    Buffer.alloc(12),
    u32(xml.bytes.length),
    xml.bytes,
    u32(xml.values.length),
    ...xml.values.map(([type, { length }]) => Buffer.concat([u16(length), Buffer.from([type, 0])])),
    ...xml.values.map(([, value]) => value),
  ]);
  return { bytes, names: xml.names };
}

const headerBytes = 0x200;
const namesAt = 0x80;

/** A chunk of 64 KiB with checksums. Record numbers are those of the events. */
export function evtxChunk(events: readonly SampleEvent[]): Buffer {
  const chunk = Buffer.alloc(0x1_0000);
  let at = headerBytes;
  let last = 0;
  for (const event of events) {
    const { bytes: xml, names } = eventXml(at + 0x18, event);
    const size = 0x18 + xml.length + 4;
    last = at;
    Buffer.concat([
      u32(0x2a2a),
      u32(size),
      u64(BigInt(event.record)),
      u64(filetime(written)),
      xml,
      u32(size),
    ]).copy(chunk, at);
    // All names are in one chain, from the first place of the table.
    for (const name of names) {
      chunk.writeUInt32LE(chunk.readUInt32LE(namesAt), name);
      chunk.writeUInt32LE(name, namesAt);
    }
    at += size;
  }
  chunk.write('ElfChnk\0', 'latin1');
  const numbers = events.map(({ record }) => BigInt(record));
  for (const place of [0x08, 0x18]) {
    chunk.writeBigUInt64LE(numbers[0] ?? 1n, place);
    chunk.writeBigUInt64LE(numbers.at(-1) ?? 0n, place + 8);
  }
  chunk.writeUInt32LE(0x80, 0x28);
  chunk.writeUInt32LE(last, 0x2c);
  chunk.writeUInt32LE(at, 0x30);
  chunk.writeUInt32LE(crc32(chunk.subarray(headerBytes, at)), 0x34);
  chunk.writeUInt32LE(
    crc32(Buffer.concat([chunk.subarray(0, 0x78), chunk.subarray(0x80, headerBytes)])),
    0x7c,
  );
  return chunk;
}

/** A log of these chunks. */
export function evtxLog(...chunks: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(0x1000);
  header.write('ElfFile\0', 'latin1');
  header.writeUInt32LE(0x80, 0x20);
  header.writeUInt16LE(1, 0x24);
  header.writeUInt16LE(3, 0x26);
  header.writeUInt16LE(0x1000, 0x28);
  header.writeUInt16LE(chunks.length, 0x2a);
  header.writeUInt32LE(crc32(header.subarray(0, 0x78)), 0x7c);
  return Buffer.concat([header, ...chunks]);
}

/** Process starts with these record numbers. */
export const starts = (...records: readonly number[]): SampleEvent[] =>
  records.map((record) => ({ record, data: [['NewProcessName', `C:\\Windows\\p${record}.exe`]] }));
