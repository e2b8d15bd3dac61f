/** What is used of `@ts-evtx/core`, whose own declarations don't resolve under Node's module rules. */
interface Reader {
  tell(): number;
  seek(position: number): void;
  u16leAt(position: number): number;
  u32leAt(position: number): number;
  u64leAt(position: number): bigint;
}
interface Value {
  readonly value: unknown;
  readonly consumedBytes: number;
}
type ParseValue = (this: { readonly r: Reader }, type: number, length?: number) => Value;
interface Core {
  readonly BinaryReader: new (bytes: Uint8Array) => Reader;
  readonly ChunkHeader: new (reader: Reader, offset: number) => ChunkHeader;
}
interface ChunkHeader {
  verify(): boolean;
}
interface Parser {
  parseAndRenderBXmlAtOffset(offset: number, length: number, chunk: ChunkHeader): string;
}

/** Renders what one chunk holds. Nothing here throws on what the bytes are. */
export interface Renderer {
  /** Whether the chunk's checksums are right. */
  readonly isIntact: boolean;
  /** The binary XML at a place in the chunk as XML; empty where it can't be read. */
  xml(offset: number, length: number): string;
}

let loading: Promise<(chunk: Uint8Array) => Renderer> | undefined;

/** Loaded only where a file is read. */
export const loadRenderer = (): Promise<(chunk: Uint8Array) => Renderer> => {
  loading ??= load();
  return loading;
};

async function load(): Promise<(chunk: Uint8Array) => Renderer> {
  const [core, { BXmlParser: parser }, values] = (await Promise.all([
    import('@ts-evtx/core'),
    import('@ts-evtx/core/dist/src/evtx/BXmlParser.js'),
    import('@ts-evtx/core/dist/src/evtx/VariantValueParser.js'),
  ])) as unknown as [
    Core,
    { BXmlParser: Parser },
    { VariantValueParser: { readonly prototype: { parse: ParseValue } } },
  ];
  const { prototype } = values.VariantValueParser;
  prototype.parse = withLengths(prototype.parse);
  return (bytes) => {
    const chunk = new core.ChunkHeader(new core.BinaryReader(bytes), 0);
    return {
      isIntact: quietly(() => chunk.verify(), false),
      // The library's `renderXml` of a record guesses where its values begin; this reads it from their lengths.
      xml: (offset, length) => quietly(() => parser.parseAndRenderBXmlAtOffset(offset, length, chunk), ''),
    };
  };
}

function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

const types = { boolean: 0x0d, size: 0x10, systemTime: 0x12 } as const;

/**
 * The library takes booleans for one byte and sizes for four, though both say their length, and what follows would be read
 * from the wrong place; and it takes a SYSTEMTIME, which is UTC, for local time.
 */
function withLengths(parse: ParseValue): ParseValue {
  return function (type, length) {
    if (length === undefined) return parse.call(this, type);
    const { r } = this;
    const start = r.tell();
    const value = valueAt(r, start, type, length) ?? parse.call(this, type, length).value;
    r.seek(start + length);
    return { value, consumedBytes: length };
  };
}

function valueAt(r: Reader, at: number, type: number, length: number): unknown {
  if (type === types.boolean && length === 4) return r.u32leAt(at) !== 0;
  if (type === types.size && length === 8) return r.u64leAt(at);
  if (type === types.systemTime && length === 16) {
    const [year = 0, month = 0, , day = 0, ...time] = Array.from({ length: 8 }, (_, i) =>
      r.u16leAt(at + 2 * i),
    );
    return new Date(Date.UTC(year, month - 1, day, ...time));
  }
  return undefined;
}
