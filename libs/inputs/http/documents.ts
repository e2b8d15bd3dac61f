import { errors } from '../errors.ts';
import { createLineCursor } from '../lines.ts';
import { createSlices } from '../slices.ts';

const byte = (character: string): number => character.charCodeAt(0);
const quote = byte('"');
const backslash = byte('\\');
const comma = byte(',');
const openBracket = byte('[');
const closeBracket = byte(']');
const openBrace = byte('{');
const closeBrace = byte('}');
const blanks: ReadonlySet<number> = new Set([9, 10, 13, 32]);

/**
 * Splits the body of `/ingest/<source>` into documents, as views on it: the members of a JSON array, one JSON object
 * over several lines, or one document a line. Which one it is shows in its first bytes.
 *
 * Throws `MALFORMED_ARRAY`, `TOO_MANY_DOCUMENTS` or `EMPTY_BODY` for the whole request.
 *
 * @param text lines of plain text, which may begin with a bracket
 */
export async function splitDocuments(
  body: Buffer,
  options: { readonly text: boolean; readonly maxDocuments: number },
): Promise<Buffer[]> {
  const [start, end] = trim(body, 0, body.length);
  const trimmed = body.subarray(start, end);
  const documents = await (options.text ? lines : splitterFor(trimmed))(trimmed, options.maxDocuments);
  if (documents.length === 0) throw errors.EMPTY_BODY();
  return documents;
}

function splitterFor(body: Buffer): (body: Buffer, limit: number) => Promise<Buffer[]> {
  if (body[0] === openBracket) return members;
  const firstLine = createLineCursor(body);
  // A first line of one brace is how every printer begins an indented object, and no line of NDJSON.
  const indented = body[0] === openBrace && firstLine.advance() && trim(body, 0, firstLine.end)[1] === 1;
  return indented ? async () => [body] : lines;
}

async function lines(body: Buffer, limit: number): Promise<Buffer[]> {
  const found: Buffer[] = [];
  const due = createSlices();
  const cursor = createLineCursor(body);
  while (cursor.advance()) {
    if ((cursor.number & 255) === 0) await due();
    if (cursor.end === cursor.start) continue;
    if (found.length >= limit) throw errors.TOO_MANY_DOCUMENTS({ limit });
    found.push(body.subarray(cursor.start, cursor.end));
  }
  return found;
}

/** The members of a JSON array by brackets and quotes alone; whether each is sound JSON is for the parser to say. */
async function members(body: Buffer, limit: number): Promise<Buffer[]> {
  const found: Buffer[] = [];
  const due = createSlices();
  let depth = 0;
  let from = 1;
  let closed = -1;
  const take = (to: number): void => {
    const [start, end] = trim(body, from, to);
    if (start === end) throw errors.MALFORMED_ARRAY({ problem: `an empty member before byte ${to}` });
    if (found.length >= limit) throw errors.TOO_MANY_DOCUMENTS({ limit });
    found.push(body.subarray(start, end));
  };
  let steps = 0;
  for (let i = 0; i < body.length && closed === -1; i++) {
    if ((++steps & 16_383) === 0) await due();
    const code = body[i] as number;
    if (code === quote) {
      i = endOfString(body, i);
    } else if (code === openBracket || code === openBrace) {
      depth++;
    } else if (code === closeBracket || code === closeBrace) {
      if (--depth === 0) closed = i;
    } else if (code === comma && depth === 1) {
      take(i);
      from = i + 1;
    }
  }
  if (closed === -1) throw errors.MALFORMED_ARRAY({ problem: 'it does not end' });
  if (closed !== body.length - 1)
    throw errors.MALFORMED_ARRAY({ problem: `more follows its end at byte ${closed}` });
  const [start, end] = trim(body, from, closed);
  if (found.length > 0 || start !== end) take(closed);
  return found;
}

/** The closing quote of the string that opens at `open`, or the end of the body. */
function endOfString(body: Buffer, open: number): number {
  let close = body.indexOf(quote, open + 1);
  while (close !== -1) {
    let slashes = 0;
    while (body[close - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return close;
    close = body.indexOf(quote, close + 1);
  }
  return body.length;
}

function trim(body: Buffer, from: number, to: number): readonly [start: number, end: number] {
  let start = from;
  let end = to;
  while (start < end && blanks.has(body[start] as number)) start++;
  while (end > start && blanks.has(body[end - 1] as number)) end--;
  return [start, end];
}
