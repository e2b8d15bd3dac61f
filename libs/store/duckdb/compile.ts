import {
  type KqlNode,
  type SqlCondition,
  type SqlLayout,
  TooManyFieldsError,
  toSql,
  toSqlValues,
} from '@tidewatch/query';
import type { Bucket, TimeRange } from '../contract.ts';
import { errors } from '../errors.ts';
import type { SqlValue } from './database.ts';

/** Furthest times that a `Date` holds; an open range stays within. */
const furthest = 8.64e15;

/**
 * A query and a time range as one condition, with the parameters `$1` and on.
 *
 * @throws QUERY_TOO_WIDE
 */
export function compile(
  query: KqlNode | undefined,
  layout: SqlLayout,
  now: number,
  timeColumn: string,
  range: TimeRange,
): SqlCondition {
  const bounds = [Math.max(range.from, -furthest), Math.min(range.to, furthest)].map(Math.ceil);
  const between = `${timeColumn} >= $1 AND ${timeColumn} < $2`;
  if (query === undefined) return { sql: between, parameters: bounds };
  try {
    const condition = toSql(query, { now, layout, firstParameter: 3 });
    return { sql: `${between} AND ${condition.sql}`, parameters: [...bounds, ...condition.parameters] };
  } catch (error) {
    if (error instanceof TooManyFieldsError) throw errors.QUERY_TOO_WIDE({ problem: error.message });
    throw error;
  }
}

/** Start of the aligned bucket of `time`, before 1970 too. */
export const bucketSql = (time: string, step: string): string =>
  `${time} - ((${time} % ${step}) + ${step}) % ${step}`;

/** Every bucket that touches the range, in order. */
export function buckets(range: TimeRange, stepMs: number, make: (start: number) => Bucket): Bucket[] {
  const all: Bucket[] = [];
  for (let start = Math.floor(range.from / stepMs) * stepMs; start < range.to; start += stepMs)
    all.push(make(start));
  return all;
}

/** Selects the values of a field with their counts, and gathers the statement's parameters. */
export function fieldValues(field: string, layout: SqlLayout, where: SqlCondition) {
  const parameters: SqlValue[] = [...where.parameters];
  const place = (value: SqlValue): string => {
    parameters.push(value);
    return `$${parameters.length}`;
  };
  const list = toSqlValues(field, layout, parameters.length + 1);
  parameters.push(...list.parameters);
  const column = layout.column(field);
  return {
    parameters,
    place,
    /** Columns `v` (JSON text) and `n`, and `b` where a bucket is given. */
    select(table: string, bucket?: string): string {
      const b = bucket === undefined ? '' : `${bucket} AS b, `;
      const by = bucket === undefined ? '' : 'b, ';
      const count = (rows: string): string => `SELECT ${by}v, count(*) AS n FROM (${rows}) GROUP BY ${by}v`;
      const listed = `SELECT ${b}unnest(${list.sql}) AS v FROM ${table} WHERE ${where.sql}`;
      if (column === undefined || column.type === 'time') return count(listed);
      const plain = count(
        `SELECT ${b}${column.sql} AS v FROM ${table} WHERE ${where.sql} AND NOT ${layout.nested} AND ${column.sql} IS NOT NULL`,
      );
      const json = column.type === 'text' ? 'to_json(v)::VARCHAR' : `regexp_replace(v::VARCHAR, '[.]0$', '')`;
      return `SELECT ${by}${json} AS v, n FROM (${plain}) UNION ALL ${count(`${listed} AND ${layout.nested}`)}`;
    },
  };
}
