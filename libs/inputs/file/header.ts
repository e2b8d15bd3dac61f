import type { FileConfig } from './config.ts';

/** Which lines are the header. */
export type HeaderKind = FileConfig['header'];

/** From `after` on, a place in a chunk, lines stand under that header. */
export interface HeaderChange {
  readonly after: number;
  readonly header: string;
}

/**
 * Directives that say how lines are to be read: of Zeek's logs, and of the extended log format (W3C WD-logfile-960323),
 * as IIS and others write it.
 */
const directive = /^#(separator|set_separator|empty_field|unset_field|fields|types)[ \t]|^#Fields:/;

/** Of a line beyond, nothing is kept, bytes. */
const maxLine = 8 * 1024;
/** How far a file's beginning is searched, bytes. */
export const headerBytes = 16 * 1024;

/**
 * The header after a line: of each directive the last, in order; or the file's first line, where that is the header.
 *
 * @param header what was before it, lines joined by line feeds
 */
function headerAfter(
  header: string | undefined,
  line: string,
  isFirst: boolean,
  kind: HeaderKind,
): string | undefined {
  if (line.length > maxLine || kind === 'none') return header;
  if (kind === 'first_line') return isFirst ? line : header;
  const name = directive.exec(line)?.[0];
  if (name === undefined) return header;
  const others = header?.split('\n').filter((other) => !other.startsWith(name)) ?? [];
  return [...others, line].join('\n');
}

/** Follows a file's lines, from its first on: asked with each in turn, it answers the header that the line stands under. */
export function createHeader(kind: HeaderKind = 'directives'): (line: string) => string | undefined {
  let header: string | undefined;
  let isFirst = true;
  return (line) => {
    const before = header;
    header = headerAfter(header, line, isFirst, kind);
    isFirst = false;
    return before;
  };
}

/**
 * Where a chunk changes the header.
 *
 * @param chunk whole lines; what follows the last line end is left out
 * @param from where in the file it begins
 */
export function headerChanges(
  chunk: Buffer,
  from: number,
  before: string | undefined,
  kind: HeaderKind,
): readonly HeaderChange[] {
  const changes: HeaderChange[] = [];
  let header = before;
  const take = (start: number): void => {
    const end = chunk.indexOf(lineFeed, start);
    if (end < 0 || end - start > maxLine) return;
    const line = chunk.toString('utf8', start, end).replace(/\r$/, '');
    const next = headerAfter(header, line, from + start === 0, kind);
    if (next !== undefined && next !== header) changes.push({ after: end + 1, header: next });
    header = next;
  };
  if (kind === 'first_line') {
    if (from === 0) take(0);
  } else if (kind === 'directives') {
    if (mayBeDirective(chunk, 0)) take(0);
    let at = chunk.indexOf(mark);
    for (let seen = 0, taken = 0; at >= 0 && seen < maxSeen && taken < maxTaken; seen++) {
      if (mayBeDirective(chunk, at + 1)) {
        take(at + 1);
        taken++;
      }
      at = chunk.indexOf(mark, at + 1);
    }
  }
  return changes;
}

/** By three bytes, for chunks that are full of remarks. */
const mayBeDirective = (chunk: Buffer, at: number): boolean =>
  chunk[at] === hash && beginnings.has(((chunk[at + 1] ?? 0) << 8) | (chunk[at + 2] ?? 0));

const beginnings: ReadonlySet<number> = new Set(
  ['se', 'em', 'un', 'fi', 'ty', 'Fi'].map((two) => (two.charCodeAt(0) << 8) | two.charCodeAt(1)),
);
/** Lines of a chunk that begin with `#`, and directives among them: no log has more of them in so few bytes. */
const maxSeen = 4_096;
const maxTaken = 256;
const lineFeed = 10;
const hash = 35;
const mark = Buffer.from('\n#');
