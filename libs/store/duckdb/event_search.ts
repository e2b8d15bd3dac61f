import { compareCodePoints } from '@tidewatch/query';
import type { Page, SearchRequest } from '../contract.ts';
import { decodeToken, encodeToken, fitting, pageCharacters } from '../page.ts';
import { select, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlValue } from './engine.ts';
import { extent, type Partition, type Partitions } from './partitions.ts';
import type { Extent, Segment } from './segments.ts';
import { startLimit } from './time_limit.ts';

/** A hit with its place in the order: time, id, and the file, since two files may hold one id. */
interface Hit {
  readonly time: number;
  readonly id: string;
  readonly alias: string;
  /** Undefined where the hits before it fill a page. */
  readonly json: string | undefined;
}

/** Documents read at first: the next ones by how long these are. */
const firstDocuments = 64;

/** Below this, a segment is searched in one go. */
const smallSegment = 100_000;

/**
 * One page, of JSON. Files and, in large files, stretches of time are read in the order of the page, until what is left can't
 * come before what was found.
 */
export async function searchPartitions(
  database: Database,
  partitions: Partitions,
  sources: readonly Partition[],
  whereFor: (nested: boolean) => Where,
  { sort, limit, after, range, query }: SearchRequest,
): Promise<Page<string>> {
  const newest = sort === 'newest';
  const leftMs = startLimit();
  const token =
    after === undefined
      ? undefined
      : (decodeToken(after, ['number', 'string', 'string']) as [number, string, string]);
  const compare = (a: Hit, b: Hit): number => {
    const order = a.time - b.time || compareCodePoints(a.id, b.id) || compareCodePoints(a.alias, b.alias);
    return newest ? -order : order;
  };

  /** Hits of one segment in one stretch of time. */
  async function read(segment: Segment, from: number, to: number, count: number): Promise<Hit[]> {
    const { alias: own, rows: events, number, nested } = segment;
    const where = whereFor(nested);
    const values: SqlValue[] = [...where.parameters];
    const place = (value: SqlValue): string => `$${values.push(value)}`;
    const conditions = ['', `ts >= ${place(from)}`, `ts < ${place(to)}`];
    if (token !== undefined) {
      const [time, id, alias] = token;
      const at = place(time);
      // A file that comes later in the order may still hold the token's own (time, id).
      const later = newest ? own < alias : own > alias;
      const sign = newest ? '<' : '>';
      conditions.push(`(ts ${sign} ${at} OR (ts = ${at} AND id ${sign}${later ? '=' : ''} ${place(id)}))`);
    }
    const direction = newest ? 'DESC' : 'ASC';
    const order = `ORDER BY ts ${direction}, id ${direction}`;
    const hits = select(`${number} AS r, ts, id`, events, where, conditions.join(' AND '));
    const rows = (await database.read(
      `SELECT r, ts, id FROM (${hits}) ${order} LIMIT ${place(count)}`,
      values,
      leftMs(),
    )) as unknown as [number, number, string][];
    const documents = await readDocuments(
      segment,
      rows.map(([row]) => row),
    );
    return rows.map(([row, time, id]) => ({ time, id, alias: own, json: documents.get(row) }));
  }

  /** The documents of only those rows that make the page, in their order, until they fill one. */
  async function readDocuments({ rows: events, number }: Segment, rows: readonly number[]) {
    const documents = new Map<number, string>();
    let characters = 0;
    for (let size = firstDocuments; documents.size < rows.length && characters < pageCharacters; ) {
      const portion = rows.slice(documents.size, documents.size + size);
      const found = await database.read(
        `SELECT ${number}, doc FROM ${events} WHERE ${number} IN (SELECT unnest($1::BIGINT[]))`,
        [portion.map(String)],
        leftMs(),
      );
      if (found.length === 0) break;
      for (const [row, json] of found as unknown as [number, string][]) {
        documents.set(row, json);
        characters += json.length;
      }
      size = Math.ceil(((pageCharacters - characters) * documents.size) / characters);
    }
    return documents;
  }

  let hits: Hit[] = [];
  const full = (edge: number): boolean => {
    const last = hits[limit];
    return last !== undefined && (newest ? last.time > edge : last.time < edge);
  };

  async function readSegment(segment: Segment): Promise<void> {
    const bounds = narrow(segment, range, token?.[0], newest);
    const whole = query === undefined || segment.events < smallSegment;
    for (const [from, to] of stretches(bounds, newest, whole)) {
      if (full(newest ? to - 1 : from)) break;
      const found = await read(segment, from, to, limit + 1);
      hits = [...hits, ...found].sort(compare).slice(0, limit + 1);
    }
  }

  const edge = (extent: Extent): number => (newest ? extent.to : extent.from);
  const inOrder = (a: Extent, b: Extent): number => (newest ? b.to - a.to : a.from - b.from);
  for (const partition of [...sources].sort((a, b) => inOrder(extent(a), extent(b)))) {
    if (full(edge(extent(partition)))) break;
    const before = hits;
    await partitions.reading([partition], async (segments) => {
      // Read again, where one of them proved damaged, from what the others had found.
      hits = before;
      for (const segment of [...segments].sort(inOrder)) {
        if (full(edge(segment))) break;
        await readSegment(segment);
      }
    });
  }
  const known = hits.findIndex(({ json }) => json === undefined);
  // Within texts newlines are escaped.
  const whole = hits
    .slice(0, known < 0 ? hits.length : known)
    .map(({ json = '' }) => (json.includes('\n') ? json.replaceAll(/[\r\n]+/g, ' ') : json));
  const items = whole.slice(
    0,
    fitting(
      whole.map(({ length }) => length),
      limit,
    ),
  );
  const last = hits[items.length - 1];
  if (hits.length <= items.length || last === undefined) return { items };
  return { items, next: encodeToken([last.time, last.id, last.alias]) };
}

function narrow(
  { from: first, to: last }: Extent,
  range: SearchRequest['range'],
  token: number | undefined,
  newest: boolean,
) {
  const from = Math.max(range.from, first, newest || token === undefined ? Number.NEGATIVE_INFINITY : token);
  const to = Math.min(
    range.to,
    last + 1,
    newest && token !== undefined ? token + 1 : Number.POSITIVE_INFINITY,
  );
  return [Math.ceil(from), Math.ceil(to)] as const;
}

/** Pieces of a stretch of time in the order of the page, each four times as long as the one before. */
function* stretches(
  [from, to]: readonly [number, number],
  newest: boolean,
  whole: boolean,
): Generator<[number, number]> {
  if (from >= to) return;
  if (whole) {
    yield [from, to];
    return;
  }
  let width = Math.ceil((to - from) / 85);
  for (let done = 0; done < to - from; width *= 4) {
    const next = Math.min(done + width, to - from);
    yield newest ? [to - next, to - done] : [from + done, from + next];
    done = next;
  }
}
