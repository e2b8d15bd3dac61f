import { compareCodePoints } from '@tidewatch/query';
import type { Page, Scope, SearchRequest } from '../contract.ts';
import { decodeToken, encodeToken, fitting, onOneLine, pageCharacters } from '../page.ts';
import { select, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlValue } from './engine.ts';
import { type EventFilters, sourceOf } from './event_filter.ts';
import { extent } from './partition_segments.ts';
import type { Partitions } from './partitions.ts';
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

/** Number in its segment, time and id. */
type Row = readonly [number, number, string];

/** Documents of up to so many bytes are read a page at once, of larger ones only what may fill a page. */
const smallDocument = 8_192;

/** Below this, a segment is searched in one go where a query chooses among its rows. */
const smallSegment = 100_000;
/** Of a larger one's times, the share that is searched first. */
const firstShare = 1 / 85;

/**
 * One page, of JSON. Files and, in large files, stretches of time are read in the order of the page, until what is left can't
 * come before what was found.
 */
export async function searchPartitions(
  database: Database,
  partitions: Partitions,
  filters: EventFilters,
  request: SearchRequest,
  scope: Scope,
): Promise<Page<string>> {
  const { sort, limit, after, range, query } = request;
  const sources = filters.visible(scope, range);
  const kept = filters.kept(request, sources);
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

  /** Hits of one segment in one stretch of time, among `events` of its rows. */
  async function read(segment: Segment, [from, to]: Stretch, events: string, where: Where): Promise<Hit[]> {
    const { alias: own, number } = segment;
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
      `SELECT r, ts, id FROM (${hits}) ${order} LIMIT ${place(limit + 1)}`,
      values,
      leftMs(),
    )) as unknown as Row[];
    const documents = await readDocuments(segment, rows);
    return rows.map(([row, time, id]) => ({ time, id, alias: own, json: documents.get(row) }));
  }

  /** The documents of only those rows that make the page, in their order, until they fill one. */
  async function readDocuments({ rows: events, number }: Segment, rows: readonly Row[]) {
    const documents = new Map<number, string>();
    // Without the times all of a file would be read for a few rows of it.
    const times = rows.map(([, time]) => time);
    const bounds = [Math.min(...times), Math.max(...times)];
    /** Bytes of those that are not read yet. */
    const large = new Map<number, number>();
    const load = async (wanted: readonly number[], document: string) => {
      const found = await database.read(
        `SELECT ${number}, ${document}, strlen(doc) FROM ${events} WHERE ${number} IN (SELECT unnest($1::BIGINT[])) AND ts BETWEEN $2 AND $3`,
        [wanted.map(String), ...bounds],
        leftMs(),
      );
      for (const [row, json, bytes] of found as unknown as [number, string | null, number][]) {
        if (json === null) large.set(row, bytes);
        else documents.set(row, json);
      }
    };
    const numbers = rows.map(([row]) => row);
    if (rows.length > 0) await load(numbers, `CASE WHEN strlen(doc) <= ${smallDocument} THEN doc END`);
    let characters = 0;
    for (const [i, row] of numbers.entries()) {
      if (characters >= pageCharacters) break;
      if (!documents.has(row)) {
        const left = numbers.slice(i).filter((one) => !documents.has(one));
        const sizes = left.map((one) => large.get(one) ?? 0);
        await load(left.slice(0, fitting(sizes, limit)), 'doc');
      }
      characters += documents.get(row)?.length ?? 0;
    }
    return documents;
  }

  let hits: Hit[] = [];
  const full = (edge: number): boolean => {
    const last = hits[limit];
    return last !== undefined && (newest ? last.time > edge : last.time < edge);
  };

  /** How long a stretch of a segment's time may well fill the page, milliseconds. */
  function firstWidth({ events, from, to }: Segment): number {
    const share = query === undefined ? (2 * limit) / events : events < smallSegment ? 1 : firstShare;
    return Math.ceil((to + 1 - from) * Math.min(1, share));
  }

  const wheres = new Map<boolean, { readonly fitting: Where; readonly all: Where }>();
  function wheresFor(nested: boolean) {
    const source = sourceOf(sources, nested);
    const known = wheres.get(nested) ?? {
      fitting: filters.where(request, source),
      all: filters.where({ range }, source),
    };
    wheres.set(nested, known);
    return known;
  }

  async function readSegment(segment: Segment): Promise<void> {
    const { fitting, all } = wheresFor(segment.nested);
    const bounds = narrow(segment, range, token?.[0], newest);
    const isFull = ([from, to]: Stretch): boolean => full(newest ? to - 1 : from);
    const take = async (stretch: Stretch, among: string, where: Where): Promise<void> => {
      const more = await read(segment, stretch, among, where);
      hits = [...hits, ...more].sort(compare).slice(0, limit + 1);
    };
    /** Takes from the rows that the filter finds in all of the segment, as many at once as may fill the page. */
    const takeFound = async (filter: Where, rest: Stretch): Promise<boolean> => {
      const done = await filters.found.use(filter, [segment], leftMs, async ({ times, of }) => {
        for (let [from, to] = rest; from < to && !isFull([from, to]); ) {
          const [last] = await database.read(
            `SELECT ts FROM ${times} WHERE ts >= $1 AND ts < $2 ORDER BY ts ${newest ? 'DESC' : 'ASC'} LIMIT 1 OFFSET ${limit}`,
            [from, to],
            leftMs(),
          );
          if (last !== undefined && newest) from = last[0] as number;
          else if (last !== undefined) to = (last[0] as number) + 1;
          await take([from, to], of(segment, { from, to }), all);
          [from, to] = newest ? [rest[0], from] : [to, rest[1]];
        }
        return true;
      });
      return done === true;
    };

    const isKnown = kept !== undefined && filters.found.has(kept, segment);
    for (const stretch of stretches(bounds, newest, firstWidth(segment))) {
      if (isFull(stretch)) return;
      const isFirst = newest ? stretch[1] === bounds[1] : stretch[0] === bounds[0];
      const rest: Stretch = newest ? [bounds[0], stretch[1]] : [stretch[0], bounds[1]];
      // What the page looks through beyond the first, its histogram has to, too.
      if (kept !== undefined && (isKnown || !isFirst) && (await takeFound(kept, rest))) return;
      await take(stretch, segment.rows, fitting);
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
  const whole = hits.slice(0, known < 0 ? hits.length : known).map(({ json = '' }) => onOneLine(json));
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

/** Epoch milliseconds, the end exclusive. */
type Stretch = readonly [from: number, to: number];

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
function* stretches([from, to]: Stretch, newest: boolean, firstWidth: number): Generator<Stretch> {
  for (let [width, done] = [firstWidth, 0]; done < to - from; width *= 4) {
    const next = Math.min(done + width, to - from);
    yield newest ? [to - next, to - done] : [from + done, from + next];
    done = next;
  }
}
