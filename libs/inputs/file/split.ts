import { createLineCursor } from '../lines.ts';
import type { FileConfig } from './config.ts';

/** The records of some bytes of a file, as ranges. */
export interface Split {
  /** Where each record begins and ends, by turns. */
  readonly bounds: readonly number[];
  /** Where the first line begins that belongs to no record yet. */
  readonly next: number;
  /** Whether the last record ended because it was told to, not by what the bytes say. */
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
    const bounds: number[] = [];
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
        bounds.push(group.start, group.end);
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
    if (group === undefined) return { bounds, next: cursor.next, forced: false };
    const beforeOverlong = bytes.length - cursor.next > maxLine + 1;
    if (!flush && !lastLine && !beforeOverlong) return { bounds, next: group.start, forced: false };
    bounds.push(group.start, group.end);
    return { bounds, next: cursor.next, forced: !beforeOverlong };
  };
}

const splitLines: Splitter = (bytes, { lastLine }) => {
  const bounds: number[] = [];
  const cursor = createLineCursor(bytes, { unfinished: lastLine });
  while (cursor.advance()) if (cursor.end > cursor.start) bounds.push(cursor.start, cursor.end);
  const forced = lastLine && bytes.length > 0 && bytes[bytes.length - 1] !== lineFeed;
  return { bounds, next: cursor.next, forced };
};

const lineFeed = 10;
