import { createLineCursor } from '../lines.ts';
import type { FileConfig } from './config.ts';

/** The records of some bytes of a file, as ranges. */
export interface Split {
  readonly pieces: readonly { readonly start: number; readonly end: number }[];
  /** Where the first line begins that belongs to no piece yet. */
  readonly next: number;
  /** Whether the last piece ended because it was told to, not by what the bytes say. */
  readonly forced: boolean;
}

export interface SplitOptions {
  /** Whether the bytes after the last line end are a line too. */
  readonly lastLine: boolean;
  /** Whether a record of several lines that may go on ends here. */
  readonly flush: boolean;
}

export type Splitter = (bytes: Buffer, options: SplitOptions) => Split;

/** Of a line this many bytes decide whether it begins a record. */
const matchedBytes = 4096;

export function createSplitter({ multiline, max_line_bytes: maxLine }: FileConfig): Splitter {
  if (multiline === undefined) return splitLines;
  const { start, max_lines: maxLines, max_bytes: maxBytes } = multiline;
  const pattern = new RegExp(start ?? multiline.continue ?? '');
  const begins = (line: string): boolean => pattern.test(line) === (start !== undefined);

  return (bytes, { lastLine, flush }) => {
    const pieces: { start: number; end: number }[] = [];
    let group: { start: number; end: number; lines: number } | undefined;
    const cursor = createLineCursor(bytes, { unfinished: lastLine });
    while (cursor.advance()) {
      const { start: at, end } = cursor;
      // A line that will be cut is a record of its own, so that where it falls in a read makes no difference.
      const isOverlong = end - at > maxLine;
      if (
        group !== undefined &&
        (isOverlong ||
          group.end - group.start > maxLine ||
          group.lines >= maxLines ||
          end - group.start > maxBytes ||
          begins(bytes.toString('utf8', at, Math.min(end, at + matchedBytes))))
      ) {
        pieces.push(group);
        group = undefined;
      }
      if (group === undefined) {
        if (end > at) group = { start: at, end, lines: 1 };
      } else {
        // Empty lines at a record's end are not part of it.
        if (end > at) group.end = end;
        group.lines++;
      }
    }
    if (group === undefined) return { pieces, next: cursor.next, forced: false };
    const beforeOverlong = bytes.length - cursor.next > maxLine + 1;
    if (!flush && !lastLine && !beforeOverlong) return { pieces, next: group.start, forced: false };
    return { pieces: [...pieces, group], next: cursor.next, forced: !beforeOverlong };
  };
}

const splitLines: Splitter = (bytes, { lastLine }) => {
  const pieces: { start: number; end: number }[] = [];
  const cursor = createLineCursor(bytes, { unfinished: lastLine });
  while (cursor.advance())
    if (cursor.end > cursor.start) pieces.push({ start: cursor.start, end: cursor.end });
  const forced = lastLine && bytes.length > 0 && bytes[bytes.length - 1] !== lineFeed;
  return { pieces, next: cursor.next, forced };
};

const lineFeed = 10;
