import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { onnxErrors } from '../errors.ts';

/** What one field holds: a 32-bit integer, a 64-bit one, text, bytes, or a message. */
type Kind = 'int' | 'long' | 'text' | 'bytes' | (() => Shape);
interface Field {
  readonly key: string;
  readonly kind: Kind;
  readonly many: boolean;
}
/** The fields of a message that are read, by their numbers; others are kept as they are. */
export type Shape = Readonly<Record<number, Field>>;

export const one = (key: string, kind: Kind): Field => ({ key, kind, many: false });
export const many = (key: string, kind: Kind): Field => ({ key, kind, many: true });

/** What every message that was read has. */
export interface Message {
  /** Fields that its shape does not name, as they were written. */
  readonly rest: readonly Uint8Array[];
}

/** Fields of one file: more than models of the largest size have. */
const fieldLimit = 2_000_000;
/** Messages inside each other. */
const depthLimit = 64;

type Read = Record<string, unknown> & { rest: Uint8Array[] };

/**
 * Reads a message and those inside it. Bytes are views of `bytes`.
 *
 * @throws ONNX_DAMAGED for what ends too early, has a field of another type, or says twice what is said once: readers differ in
 *   what they make of the last
 * @see https://protobuf.dev/programming-guides/encoding
 */
export function decode<T extends Message>(bytes: Uint8Array, shape: Shape): T {
  let left = fieldLimit;
  const read = (part: Uint8Array, fields: Shape, depth: number): Read => {
    if (depth > depthLimit) throw damaged('its messages nest too deeply');
    const message: Read = { rest: [] };
    for (const { key, many } of Object.values(fields)) if (many) message[key] = [];
    const reader = new BinaryReader(part);
    while (reader.pos < reader.len) {
      if (left-- === 0) throw damaged(`it has more than ${fieldLimit} fields`);
      const from = reader.pos;
      const [number, type] = reader.tag();
      const field = fields[number];
      if (field === undefined) {
        reader.skip(type, number);
        keep(message.rest, part.subarray(from, reader.pos));
        continue;
      }
      const { key, kind } = field;
      if (field.many) {
        const values = message[key] as unknown[];
        if (kind !== 'long') values.push(value(reader, type, kind, depth));
        else if (type !== WireType.LengthDelimited) values.push(value(reader, type, kind, depth));
        else
          for (const packed = new BinaryReader(reader.bytes()); packed.pos < packed.len; )
            values.push(BigInt(packed.int64()));
        continue;
      }
      if (message[key] !== undefined) throw damaged(`${key} is there twice`);
      message[key] = value(reader, type, kind, depth);
    }
    return message;
  };
  const value = (reader: BinaryReader, type: WireType, kind: Kind, depth: number): unknown => {
    const expected = kind === 'int' || kind === 'long' ? WireType.Varint : WireType.LengthDelimited;
    if (type !== expected) throw damaged('a field has another type');
    if (kind === 'int') return reader.int32();
    if (kind === 'long') return BigInt(reader.int64());
    if (kind === 'text') return reader.string();
    if (kind === 'bytes') return reader.bytes();
    return read(reader.bytes(), kind(), depth + 1);
  };
  try {
    return read(bytes, shape, 0) as unknown as T;
  } catch (error) {
    // The reader throws plain errors (RangeError where bytes end too early).
    if (error instanceof Error && !('code' in error)) throw damaged(error.message);
    throw error;
  }
}

const damaged = (reason: string) => onnxErrors.ONNX_DAMAGED({ reason });

/** Joins what lies side by side: a file of many small fields would be many views. */
function keep(rest: Uint8Array[], part: Uint8Array): void {
  const last = rest.at(-1);
  if (last !== undefined && last.byteOffset + last.length === part.byteOffset)
    rest[rest.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.length + part.length);
  else rest.push(part);
}

/** Writes a message: what {@link decode} read, or what was made in its shape. */
export function encode(message: object, shape: Shape): Uint8Array {
  const writer = new BinaryWriter();
  const { rest = [], ...values } = message as Record<string, unknown> & { rest?: readonly Uint8Array[] };
  for (const [number, { key, kind }] of Object.entries(shape)) {
    const held = values[key];
    for (const value of Array.isArray(held) ? held : held === undefined ? [] : [held]) {
      if (kind === 'int') writer.tag(Number(number), WireType.Varint).int32(value);
      else if (kind === 'long') writer.tag(Number(number), WireType.Varint).int64(value);
      else {
        writer.tag(Number(number), WireType.LengthDelimited);
        if (kind === 'text') writer.string(value);
        else writer.bytes(kind === 'bytes' ? value : encode(value, kind()));
      }
    }
  }
  for (const part of rest) writer.raw(part);
  return writer.finish();
}
