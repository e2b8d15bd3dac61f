import { Buffer, isAscii } from 'node:buffer';

const lineFeed = 10;
const carriageReturn = 13;

/** Walks the lines of a buffer as byte ranges; nothing is copied or decoded. */
export interface LineCursor {
  /** The line's bytes are [start, end), without LF or CRLF. */
  readonly start: number;
  readonly end: number;
  /** Where the next line begins; after the last one, where the unfinished rest begins. */
  readonly next: number;
  /** 1-based. */
  readonly number: number;
  /** Goes to the next line, empty ones too; false when there is none. */
  advance(): boolean;
}

/** @param options.unfinished whether bytes after the last LF are a line too (default true) */
export function createLineCursor(bytes: Buffer, options: { readonly unfinished?: boolean } = {}): LineCursor {
  const unfinished = options.unfinished ?? true;
  const cursor = {
    start: 0,
    end: 0,
    next: 0,
    number: 0,
    advance(): boolean {
      if (cursor.next >= bytes.length) return false;
      const found = bytes.indexOf(lineFeed, cursor.next);
      if (found === -1 && !unfinished) return false;
      cursor.start = cursor.next;
      cursor.next = found === -1 ? bytes.length : found + 1;
      const end = found === -1 ? bytes.length : found;
      cursor.end = end > cursor.start && bytes[end - 1] === carriageReturn ? end - 1 : end;
      cursor.number++;
      return true;
    },
  };
  return cursor;
}

/** The lines of a buffer that are not empty, as views on it. The last one needs no line end. */
export function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  const cursor = createLineCursor(bytes);
  while (cursor.advance())
    if (cursor.end > cursor.start) lines.push(bytes.subarray(cursor.start, cursor.end));
  return lines;
}

/** Bytes that are decoded at once. The engine gives strings over twice that pages of their own, which costs more. */
const decodedBytes = 64 * 1024;

/**
 * Makes the reader of parts as text, by start and end, best in their order: many are decoded at once. Undefined for a
 * part that is longer, and near what is not ASCII.
 */
export function createAsciiReader(bytes: Buffer): (start: number, end: number) => string | undefined {
  let from = 0;
  let to = 0;
  let text: string | undefined;
  return (start, end) => {
    if (start < from || end > to) {
      if (end - start > decodedBytes) return undefined;
      from = start;
      to = Math.min(start + decodedBytes, bytes.length);
      const part = bytes.subarray(from, to);
      text = isAscii(part) ? part.toString('latin1') : undefined;
    }
    return text?.slice(start - from, end - from);
  };
}

/**
 * Whether views of so many bytes leave most of a chunk unused, which they hold for as long as they live: a sender could
 * make a queue of small messages hold much memory that way. Such views are worth copying.
 */
export const wastes = (used: number, chunk: Buffer): boolean => used * 4 < chunk.length;

/** Bytes up to `limit`, copied: a view would hold the whole of what was cut for as long as the record lives. */
export const headOf = (bytes: Buffer, limit: number): Buffer => Buffer.from(bytes.subarray(0, limit));
