import type { EcsEvent } from '@tidewatch/event';
import { compareCodePoints } from '@tidewatch/query';
import type { Page, SearchRequest } from '../contract.ts';
import { decodeToken, encodeToken } from '../page.ts';
import { select, type Where } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlValue } from './engine.ts';
import type { Partition, Partitions } from './partitions.ts';
import { quoteName } from './quote_name.ts';

/** A hit with its place in the order: time, id, and the file, since two files may hold one id. */
interface Hit {
  readonly time: number;
  readonly id: string;
  readonly alias: string;
  readonly json: string;
}

/** Below this, a file is searched in one go. */
const smallPartition = 100_000;

/**
 * One page. Files and, in large files, stretches of time are read in the order of the page, until what is left can't
 * come before what was found.
 */
export async function searchPartitions(
  database: Database,
  partitions: Partitions,
  sources: readonly Partition[],
  whereFor: (partition: Partition) => Where,
  { sort, limit, after, range, query }: SearchRequest,
): Promise<Page<EcsEvent>> {
  const newest = sort === 'newest';
  const token =
    after === undefined
      ? undefined
      : (decodeToken(after, ['number', 'string', 'string']) as [number, string, string]);
  const compare = (a: Hit, b: Hit): number => {
    const order = a.time - b.time || compareCodePoints(a.id, b.id) || compareCodePoints(a.alias, b.alias);
    return newest ? -order : order;
  };

  /** Hits of one file in one stretch of time. */
  async function read(partition: Partition, from: number, to: number, count: number): Promise<Hit[]> {
    const events = `${quoteName(partition.alias)}.events`;
    const where = whereFor(partition);
    const values: SqlValue[] = [...where.parameters];
    const place = (value: SqlValue): string => `$${values.push(value)}`;
    const conditions = ['', `ts >= ${place(from)}`, `ts < ${place(to)}`];
    if (token !== undefined) {
      const [time, id, alias] = token;
      const at = place(time);
      // A file that comes later in the order may still hold the token's own (time, id).
      const later = newest ? partition.alias < alias : partition.alias > alias;
      const sign = newest ? '<' : '>';
      conditions.push(`(ts ${sign} ${at} OR (ts = ${at} AND id ${sign}${later ? '=' : ''} ${place(id)}))`);
    }
    const direction = newest ? 'DESC' : 'ASC';
    const order = `ORDER BY ts ${direction}, id ${direction}`;
    // The documents are read only of the rows that make the page.
    const fitting = select('rowid AS r, ts, id', events, where, conditions.join(' AND '));
    const chosen = `SELECT r FROM (${fitting}) ${order} LIMIT ${place(count)}`;
    const rows = await database.read(
      `SELECT ts, id, doc FROM ${events} WHERE rowid IN (${chosen}) ${order}`,
      values,
    );
    return rows.map(([time, id, json]) => ({
      time: time as number,
      id: id as string,
      alias: partition.alias,
      json: json as string,
    }));
  }

  const ahead = [...sources].sort((a, b) => (newest ? b.to - a.to : a.from - b.from));
  let hits: Hit[] = [];
  const full = (edge: number): boolean => {
    const last = hits[limit];
    return last !== undefined && (newest ? last.time > edge : last.time < edge);
  };
  for (const partition of ahead) {
    if (full(newest ? partition.to : partition.from)) break;
    const bounds = narrow(partition, range, token?.[0], newest);
    for (const [from, to] of stretches(
      bounds,
      newest,
      query === undefined || partition.events < smallPartition,
    )) {
      if (full(newest ? to - 1 : from) || !partitions.has(partition)) break;
      const found = await partitions.reading(partition, () => read(partition, from, to, limit + 1));
      hits = [...hits, ...found].sort(compare).slice(0, limit + 1);
    }
  }
  const page = hits.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ json }) => JSON.parse(json) as EcsEvent);
  if (hits.length <= limit || last === undefined) return { items };
  return { items, next: encodeToken([last.time, last.id, last.alias]) };
}

function narrow(
  partition: Partition,
  range: SearchRequest['range'],
  token: number | undefined,
  newest: boolean,
) {
  const from = Math.max(
    range.from,
    partition.from,
    newest || token === undefined ? Number.NEGATIVE_INFINITY : token,
  );
  const to = Math.min(
    range.to,
    partition.to + 1,
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
