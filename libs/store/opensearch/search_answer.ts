import {
  afterBlank,
  closeArray,
  closeObject,
  closingQuote,
  colon,
  comma,
  openArray,
  openObject,
  plainValue,
  quote,
  unusual,
} from '@tidewatch/event/json_bytes';

/** Takes the place where a value begins, and answers where it ends. */
type Reader = (start: number) => number;

export interface CutAnswer<Hit> {
  readonly timed_out: boolean;
  readonly hits: readonly Hit[];
}

/**
 * The documents in the answer to a search that sorts, as texts: to parse them and write them anew takes ten times the memory.
 * Nobody looks into them.
 *
 * @param hitOf what is made of a document, by its place in the order and its source, both JSON as they were written
 * @throws where it is no such answer
 */
export function cutAnswer<Hit>(bytes: Buffer, hitOf: (sort: string, source: string) => Hit): CutAnswer<Hit> {
  let isTimedOut: boolean | undefined;
  const hits: Hit[] = [];
  const hit: Reader = (start) => {
    let sort: string | undefined;
    let source: string | undefined;
    const end = object(bytes, start, (key, start) => {
      const end = afterValue(bytes, start);
      if (key === 'sort') sort = bytes.toString('utf8', start, end);
      else if (key === '_source') source = bytes.toString('utf8', start, end);
      return end;
    });
    if (sort === undefined || source === undefined) throw unusual;
    hits.push(hitOf(sort, source));
    return end;
  };
  const inHits = (key: string, start: number): number =>
    key === 'hits' ? array(bytes, start, hit) : afterValue(bytes, start);
  const end = object(bytes, afterBlank(bytes, 0), (key, start) => {
    if (key === 'hits') return object(bytes, start, inHits);
    if (key !== 'timed_out') return afterValue(bytes, start);
    const { value, length } = plainValue(bytes, start);
    isTimedOut = value === true;
    return start + length;
  });
  if (isTimedOut === undefined || afterBlank(bytes, end) !== bytes.length) throw unusual;
  return { timed_out: isTimedOut, hits };
}

function object(bytes: Buffer, start: number, member: (key: string, start: number) => number): number {
  if (bytes[start] !== openObject) throw unusual;
  return each(bytes, start + 1, closeObject, (place) => {
    if (bytes[place] !== quote) throw unusual;
    const end = closingQuote(bytes, place + 1);
    const behind = afterBlank(bytes, end + 1);
    if (bytes[behind] !== colon) throw unusual;
    return member(bytes.toString('utf8', place + 1, end), afterBlank(bytes, behind + 1));
  });
}

function array(bytes: Buffer, start: number, item: Reader): number {
  if (bytes[start] !== openArray) throw unusual;
  return each(bytes, start + 1, closeArray, item);
}

/** What stands between commas, up to the bracket that closes it. */
function each(bytes: Buffer, start: number, close: number, one: Reader): number {
  let place = afterBlank(bytes, start);
  if (bytes[place] === close) return place + 1;
  for (;;) {
    place = afterBlank(bytes, one(place));
    if (bytes[place] === close) return place + 1;
    if (bytes[place] !== comma) throw unusual;
    place = afterBlank(bytes, place + 1);
  }
}

function afterValue(bytes: Buffer, start: number): number {
  let place = start;
  let level = 0;
  do {
    const byte = bytes[place];
    if (byte === quote) place = closingQuote(bytes, place + 1);
    else if (byte === openObject || byte === openArray) level++;
    else if (byte === closeObject || byte === closeArray) level--;
    else if (level === 0) return start + plainValue(bytes, start).length;
    if (byte === undefined || level < 0) throw unusual;
    place++;
  } while (level > 0);
  return place;
}
