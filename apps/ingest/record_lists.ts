import { setImmediate } from 'node:timers/promises';
import { eventId, type SourcePosition } from '@tidewatch/event/ids';
import type { Accept, Acceptance, RawRecord } from '@tidewatch/plugin';

/** Records that one document may hold; one with more is taken as it is. */
const maxMembers = 10_000;
/** Records that the documents of one call may become, since they are kept by one append; those beyond are taken as they are. */
const maxOfCall = 50_000;
/** Looking for the ends of records goes on without a pause for so long. */
const sliceMs = 5;

/**
 * Takes a document that is nothing but a list of records as these records: `{"Records": […]}` of CloudTrail's files,
 * `{"records": […]}` of Azure's event hubs, lists of Kubernetes' audit events, and bare arrays. A member's id follows from the
 * document's position and its place, so that a document sent again makes the same events. The document is answered with
 * what its members were: refused where one is, else a dead letter where one is; and with how many they were.
 */
export function acceptLists(accept: Accept): Accept {
  return async (source, records) => {
    if (!records.some(mayBeList)) return accept(source, records);
    const parts: RawRecord[] = [];
    const counts: number[] = [];
    for (const record of records) {
      const found = mayBeList(record) ? await membersOf(record.bytes) : undefined;
      const members = found && parts.length + found.length <= maxOfCall ? found : undefined;
      counts.push(members?.length ?? 1);
      if (members === undefined) parts.push(record);
      else for (let i = 0; i < members.length; i++) parts.push(memberOf(record, members[i] as Buffer, i));
    }
    const answers = await accept(source, parts);
    let at = 0;
    return counts.map((count) => {
      at += count;
      return joined(answers.slice(at - count, at));
    });
  };
}

const [openBrace, closeBrace, openBracket, closeBracket, quote, comma, colon, backslash] = [
  ...Buffer.from('{}[]",:\\'),
] as [number, number, number, number, number, number, number, number];

/** Of the first names: Records, records, kind. */
const begins = [...Buffer.from('Rrk')];

function mayBeList({ bytes, format, hints }: RawRecord): boolean {
  if (format === 'syslog' || format === 'text' || hints.truncatedFrom !== undefined) return false;
  const start = afterBlanks(bytes, 0);
  if (bytes[start] === openBracket) return bytes[afterBlanks(bytes, start + 1)] === openBrace;
  // Nearly all documents end here.
  return (
    bytes[start] === openBrace &&
    begins.includes(bytes[afterBlanks(bytes, start + 1) + 1] as number) &&
    listIn(asBuffer(bytes), start) > 0
  );
}

const memberOf = (record: RawRecord, bytes: Buffer, item: number): RawRecord => ({
  ...record,
  bytes,
  text: undefined,
  format: 'json',
  position: positionOf(record.position, item),
});

const positionOf = (position: SourcePosition, item: number): SourcePosition =>
  position.kind === 'none' ? position : { kind: 'member', of: eventId(position), item };

function joined(answers: readonly Acceptance[]): Acceptance {
  const [first] = answers as [Acceptance];
  if (answers.length === 1) return first;
  const refused = answers.find(({ status }) => status === 'refused');
  const letter = answers.find((answer) => answer.status === 'dead_letter');
  return { ...(refused ?? letter ?? first), records: answers.length };
}

/** The records of such a document, as views on it; undefined where it is none, is cut off, or holds something else. */
export async function membersOf(bytes: Uint8Array): Promise<Buffer[] | undefined> {
  const body = asBuffer(bytes);
  const start = afterBlanks(body, 0);
  const isBare = body[start] === openBracket;
  let at = isBare ? start : listIn(body, start);
  if (body[at] !== openBracket) return undefined;
  const members: Buffer[] = [];
  let paused = performance.now();
  do {
    const from = afterBlanks(body, at + 1);
    const end = body[from] === openBrace ? endOfValue(body, from) : -1;
    if (end < 0 || members.length === maxMembers) return undefined;
    members.push(body.subarray(from, end));
    at = afterBlanks(body, end);
    if (performance.now() - paused > sliceMs) {
      await setImmediate();
      paused = performance.now();
    }
  } while (body[at] === comma);
  if (body[at] !== closeBracket) return undefined;
  at = afterBlanks(body, at + 1);
  if (!isBare) at = body[at] === closeBrace ? afterBlanks(body, at + 1) : -1;
  return at === body.length ? members : undefined;
}

/** Where the list of such a document begins; -1 where its members are others. */
function listIn(body: Buffer, open: number): number {
  let ofKind = false;
  for (let at = open; ; ) {
    const name = afterBlanks(body, at + 1);
    if (body[name] !== quote) return -1;
    const end = body.indexOf(quote, name + 1);
    const value = afterBlanks(body, afterBlanks(body, end + 1) + 1);
    if (end < 0 || end - name > 12 || body[afterBlanks(body, end + 1)] !== colon) return -1;
    const key = body.toString('latin1', name + 1, end);
    if (body[value] === openBracket)
      return (key === 'items' && ofKind) || (at === open && /^[Rr]ecords$/.test(key)) ? value : -1;
    if (key !== 'kind' && key !== 'apiVersion' && key !== 'metadata') return -1;
    at = endOfValue(body, value);
    if (at < 0) return -1;
    if (key === 'kind') ofKind = body.toString('latin1', value, at) === '"EventList"';
    if (key === 'kind' && !ofKind) return -1;
    at = afterBlanks(body, at);
    if (body[at] !== comma) return -1;
  }
}

/** Behind the text, object or list that begins at `start`; -1 where it does not end, or is something else. */
function endOfValue(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    const code = body[at];
    if (code === quote) {
      at = endOfText(body, at);
      if (at < 0) return -1;
      if (depth === 0) return at + 1;
    } else if (code === openBrace || code === openBracket) depth++;
    else if ((code === closeBrace || code === closeBracket) && --depth <= 0) return depth === 0 ? at + 1 : -1;
    if (depth === 0) return -1;
  }
  return -1;
}

/** The closing quotation mark of the text that opens at `open`; -1 where there is none. */
function endOfText(body: Buffer, open: number): number {
  for (let close = body.indexOf(quote, open + 1); close >= 0; close = body.indexOf(quote, close + 1)) {
    let slashes = 0;
    while (body[close - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return close;
  }
  return -1;
}

function afterBlanks(body: Uint8Array, from: number): number {
  let at = from;
  while (body[at] === 32 || body[at] === 10 || body[at] === 13 || body[at] === 9) at++;
  return at;
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
