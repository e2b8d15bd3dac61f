import { isUtf8 } from 'node:buffer';

/** A field's value: text, or bytes that are no UTF-8. A field that an entry has more than once has a list. */
export type JournalValue = string | JournalBytes;
export interface JournalBytes {
  readonly base64: string;
}

/** One entry of a journal. Names are the journal's own, `__CURSOR` and the other addresses among them. */
export interface JournalEntry {
  /** Names the entry for ever; undefined where its sender left it out. */
  readonly cursor: string | undefined;
  readonly fields: Readonly<Record<string, JournalValue | JournalValue[]>>;
  /** The entry's length in bytes, where values were cut or left out because it was over the cap. */
  readonly truncatedFrom?: number;
  /** Bytes of the export since the parser was made, up to and with this entry. */
  readonly end: number;
}

/**
 * Reads the Journal Export Format (systemd.io/JOURNAL_EXPORT_FORMATS): fields as `KEY=text` lines, or as `KEY`, line
 * feed, length in 64 bits little-endian, bytes, line feed; an empty line ends an entry.
 */
export interface ExportParser {
  /** Takes the next bytes, cut anywhere, and gives the entries that end in them. Bytes are copied where kept. */
  push(chunk: Uint8Array): JournalEntry[];
  /** The export is over: gives the last entry where only the empty line is missing, and counts half a one as damaged. */
  end(): JournalEntry[];
  /** Entries left out because they don't have the format; reading went on behind the next empty line. */
  readonly damaged: number;
}

export interface ExportParserOptions {
  /** Bytes kept of an entry, with its fields' names; values are cut, and fields left out, beyond. */
  readonly maxEntryBytes: number;
}

const lineFeed = 10;
const equals = 61;
/** journald's own limits: longest name, most fields of an entry, longest value (systemd, `journal-importer.h`). */
const maxNameBytes = 64;
const maxFields = 1024;
const maxValueBytes = 768n * 1024n * 1024n;
const nameOf = /^[A-Z_][A-Z0-9_]*$/;

/** What the next byte belongs to. */
type State = 'name' | 'text' | 'length' | 'bytes' | 'end_of_bytes' | 'skip';

export function createExportParser({ maxEntryBytes }: ExportParserOptions): ExportParser {
  let state: State = 'name';
  let consumed = 0;
  let damaged = 0;
  /** Of the name, value or length under way: kept parts, their length, and what they would be uncut. */
  let parts: Buffer[] = [];
  let kept = 0;
  let whole = 0;
  let name = '';
  /** Bytes of a binary value still to come. */
  let missing = 0;
  /** Whether the line being skipped has had no byte yet. */
  let lineIsEmpty = true;
  let entry = newEntry();

  function newEntry() {
    return {
      fields: new Map<string, JournalValue[]>(),
      count: 0,
      room: maxEntryBytes,
      length: 0,
      cut: false,
    };
  }

  function keep(bytes: Buffer, limit: number): void {
    whole += bytes.length;
    const part = bytes.subarray(0, Math.max(0, limit - kept));
    if (part.length === 0) return;
    parts.push(Buffer.from(part));
    kept += part.length;
  }

  function taken(): Buffer {
    const [only] = parts;
    const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    parts = [];
    kept = 0;
    whole = 0;
    return bytes;
  }

  function endField(): void {
    const uncut = whole;
    const value = taken();
    entry.length += name.length + uncut + 2;
    entry.count++;
    if (value.length < uncut) entry.cut = true;
    if (entry.count > maxFields || entry.room < name.length) {
      entry.cut = true;
      return;
    }
    entry.room -= name.length + value.length;
    const values = entry.fields.get(name);
    if (values === undefined) entry.fields.set(name, [readValue(value, value.length < uncut)]);
    else values.push(readValue(value, value.length < uncut));
  }

  /** An entry of nothing is the empty line that may stand between two. */
  function endEntry(into: JournalEntry[], end: number): void {
    const { fields, length, cut } = entry;
    if (fields.size > 0) {
      const cursor = fields.get('__CURSOR')?.[0];
      into.push({
        cursor: typeof cursor === 'string' ? cursor : undefined,
        fields: Object.fromEntries([...fields].map(([key, all]) => [key, single(all)])),
        ...(cut ? { truncatedFrom: length } : {}),
        end,
      });
    }
    entry = newEntry();
  }

  function fail(): void {
    damaged++;
    taken();
    entry = newEntry();
    state = 'skip';
    lineIsEmpty = false;
  }

  /** Room for the value of the field under way. */
  const room = (): number => Math.max(0, entry.room - name.length);

  /** Takes some of the bytes, at least one, and says how many. */
  function step(bytes: Buffer, into: JournalEntry[]): number {
    switch (state) {
      case 'name':
        return readName(bytes, into);
      case 'text':
        return readLine(bytes, room(), () => {
          endField();
          state = 'name';
        });
      case 'length':
        return readLength(bytes);
      case 'bytes': {
        const part = bytes.subarray(0, missing);
        keep(part, room());
        missing -= part.length;
        if (missing === 0) state = 'end_of_bytes';
        return part.length;
      }
      case 'end_of_bytes':
        if (bytes[0] === lineFeed) {
          endField();
          state = 'name';
        } else fail();
        return 1;
      case 'skip':
        return skipLine(bytes);
    }
  }

  function readName(bytes: Buffer, into: JournalEntry[]): number {
    const limit = Math.min(bytes.length, maxNameBytes + 1 - kept);
    let at = 0;
    while (at < limit && bytes[at] !== equals && bytes[at] !== lineFeed) at++;
    keep(bytes.subarray(0, at), maxNameBytes);
    if (at === bytes.length && whole <= maxNameBytes) return at;
    const end = bytes[at];
    if (end === lineFeed && whole === 0) {
      endEntry(into, consumed + 1);
      return 1;
    }
    const isTooLong = whole > maxNameBytes;
    name = taken().toString('latin1');
    if (isTooLong || !nameOf.test(name)) {
      fail();
      return at;
    }
    state = end === equals ? 'text' : 'length';
    return at + 1;
  }

  function readLine(bytes: Buffer, limit: number, ended: () => void): number {
    const found = bytes.indexOf(lineFeed);
    keep(found === -1 ? bytes : bytes.subarray(0, found), limit);
    if (found === -1) return bytes.length;
    ended();
    return found + 1;
  }

  function readLength(bytes: Buffer): number {
    const part = bytes.subarray(0, 8 - kept);
    keep(part, 8);
    if (kept < 8) return part.length;
    const length = taken().readBigUInt64LE();
    if (length > maxValueBytes) fail();
    else {
      missing = Number(length);
      state = missing === 0 ? 'end_of_bytes' : 'bytes';
    }
    return part.length;
  }

  function skipLine(bytes: Buffer): number {
    const found = bytes.indexOf(lineFeed);
    if (found === 0 && lineIsEmpty) state = 'name';
    lineIsEmpty = found !== -1;
    return found === -1 ? bytes.length : found + 1;
  }

  return {
    push(chunk) {
      const entries: JournalEntry[] = [];
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let at = 0; at < bytes.length; ) {
        const read = step(bytes.subarray(at), entries);
        at += read;
        consumed += read;
      }
      return entries;
    },
    end() {
      const entries: JournalEntry[] = [];
      if (state === 'text') endField();
      else if (state !== 'skip' && (state !== 'name' || whole > 0)) fail();
      if (state !== 'skip') endEntry(entries, consumed);
      state = 'name';
      return entries;
    },
    get damaged() {
      return damaged;
    },
  };
}

const single = <T>(values: T[]): T | T[] => (values.length === 1 ? (values[0] as T) : values);

/** @param cut whether the last character may be half there */
function readValue(bytes: Buffer, cut: boolean): JournalValue {
  if (isUtf8(bytes)) return bytes.toString();
  if (cut)
    for (let end = bytes.length - 1; end >= Math.max(0, bytes.length - 3); end--)
      if (isUtf8(bytes.subarray(0, end))) return bytes.toString('utf8', 0, end);
  return { base64: bytes.toString('base64') };
}
