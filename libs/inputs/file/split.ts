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
  const { max_lines: maxLines, max_bytes: maxBytes } = multiline;
  const { markOf, begins } = createBoundary(multiline);

  return (bytes, { lastLine, flush }) => {
    const bounds: number[] = [];
    let group: { start: number; end: number; lines: number; mark: string | undefined } | undefined;
    const cursor = createLineCursor(bytes, { unfinished: lastLine });
    while (cursor.advance()) {
      const { start: at, end } = cursor;
      const line = bytes.toString('utf8', at, Math.min(end, at + matchedBytes));
      // A line that will be cut is a record of its own, so that where it falls in a read makes no difference.
      const isOverlong = end - at > maxLine;
      if (
        group !== undefined &&
        (isOverlong ||
          group.end - group.start > maxLine ||
          group.lines >= maxLines ||
          end - group.start > maxBytes ||
          begins(line, group.mark))
      ) {
        bounds.push(group.start, group.end);
        group = undefined;
      }
      if (group === undefined) {
        if (end > at) group = { start: at, end, lines: 1, mark: markOf(line) };
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

interface Boundary {
  /** What a record's first line says that the others must say too. */
  readonly markOf: (line: string) => string | undefined;
  /** Whether a line begins another record than the one of that mark. */
  readonly begins: (line: string, mark: string | undefined) => boolean;
}

function createBoundary({ start, continue: goesOn, same }: NonNullable<FileConfig['multiline']>): Boundary {
  const pattern = new RegExp(start ?? goesOn ?? same ?? '');
  if (same === undefined)
    return { markOf: () => undefined, begins: (line) => pattern.test(line) === (start !== undefined) };
  const markOf = (line: string): string | undefined => pattern.exec(line)?.[1];
  return { markOf, begins: (line, mark) => mark === undefined || markOf(line) !== mark };
}

const splitLines: Splitter = (bytes, { lastLine }) => {
  const bounds: number[] = [];
  const cursor = createLineCursor(bytes, { unfinished: lastLine });
  while (cursor.advance()) if (cursor.end > cursor.start) bounds.push(cursor.start, cursor.end);
  const forced = lastLine && bytes.length > 0 && bytes[bytes.length - 1] !== lineFeed;
  return { bounds, next: cursor.next, forced };
};

const lineFeed = 10;
