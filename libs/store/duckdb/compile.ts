import {
  type KqlNode,
  type SqlLayout,
  type SqlParameter,
  type SqlRows,
  TooManyConditionsError,
  TooManyFieldsError,
  toSql,
  toSqlValues,
} from '@tidewatch/query';
import type { TimeRange } from '../contract.ts';
import { errors } from '../errors.ts';
import type { SqlValue } from './engine.ts';

/** Furthest times that a `Date` holds; an open range stays within. */
const furthest = 8.64e15;

/** A query and a time range as conditions on the two kinds of rows that a table with a column `nested` has. */
export interface Where {
  readonly plain: string;
  /** Undefined where no row is nested. */
  readonly nested: string | undefined;
  /** `$1` and on; every one is used. */
  readonly parameters: readonly SqlParameter[];
}

/** What a table is like for queries. */
export interface Source {
  readonly layout: SqlLayout;
  readonly timeColumn: string;
  /** Whether it has, or ever had, a nested row. */
  readonly nested: boolean;
}

/** First and last moment as numbers that SQL takes. */
export const timeBounds = ({ from, to }: TimeRange): number[] =>
  [Math.max(from, -furthest), Math.min(to, furthest)].map(Math.ceil);

/** @throws QUERY_TOO_WIDE */
export function compile(query: KqlNode | undefined, range: TimeRange, now: number, source: Source): Where {
  const { layout, timeColumn, nested } = source;
  const bounds = timeBounds(range);
  const between = `${timeColumn} >= $1 AND ${timeColumn} < $2`;
  const node: KqlNode = query ?? { kind: 'all' };
  try {
    const plain = toSql(node, { now, layout, rows: 'plain', firstParameter: 3 });
    const first = 3 + plain.parameters.length;
    const walked = nested ? toSql(node, { now, layout, rows: 'nested', firstParameter: first }) : undefined;
    return {
      plain: `${between} AND NOT nested AND ${plain.sql}`,
      nested: walked && `${between} AND nested AND ${walked.sql}`,
      parameters: [...bounds, ...plain.parameters, ...(walked?.parameters ?? [])],
    };
  } catch (error) {
    if (error instanceof TooManyFieldsError || error instanceof TooManyConditionsError)
      throw errors.QUERY_TOO_WIDE({ problem: error.message });
    throw error;
  }
}

/** Whether its plain rows are found by more than their columns of short texts, numbers and times. */
export const readsTexts = ({ plain }: Where, { layout }: Source): boolean =>
  [layout.document, ...layout.texts].some((column) => new RegExp(`\\b${column}\\b`).test(plain));

/** The rows of a table that meet a condition, and `also`. */
export function select(columns: string, table: string, where: Where, also = ''): string {
  const rows = (condition: string): string => `SELECT ${columns} FROM ${table} WHERE ${condition}${also}`;
  return where.nested === undefined
    ? rows(where.plain)
    : `${rows(where.plain)} UNION ALL ${rows(where.nested)}`;
}

/** Start of the aligned bucket of `time`, before 1970 too. */
export const bucketSql = (time: string, step: string): string =>
  `${time} - ((${time} % ${step}) + ${step}) % ${step}`;

/** Selects the values of a field with their counts, and gathers the statement's parameters. */
export function fieldValues(field: string, layout: SqlLayout, where: Where) {
  const parameters: SqlValue[] = [...where.parameters];
  const place = (value: SqlValue): string => `$${parameters.push(value)}`;
  const listOf = (rows: SqlRows): string => {
    const list = toSqlValues(field, { layout, rows, firstParameter: parameters.length + 1 });
    parameters.push(...list.parameters);
    return `unnest(${list.sql})`;
  };
  const known = layout.column(field);
  const column = known?.type === 'time' ? undefined : known;
  const plain = column === undefined ? listOf('plain') : undefined;
  const nested = where.nested === undefined ? undefined : listOf('nested');
  return {
    parameters,
    place,
    /** Columns `v` (JSON text) and `n`, and `b` where a bucket is given. */
    select(table: string, bucket?: string): string {
      const by = bucket === undefined ? '' : 'b, ';
      const count = (value: string, condition: string): string =>
        `SELECT ${by}v, count(*) AS n FROM (SELECT ${bucket === undefined ? '' : `${bucket} AS b, `}${value} AS v ` +
        `FROM ${table} WHERE ${condition}) WHERE v IS NOT NULL GROUP BY ${by}v`;
      const own = count(plain ?? column?.sql ?? 'NULL', where.plain);
      const json =
        column?.type === 'number' ? `regexp_replace(v::VARCHAR, '[.]0$', '')` : 'to_json(v)::VARCHAR';
      const all = column === undefined ? own : `SELECT ${by}${json} AS v, n FROM (${own})`;
      return nested === undefined ? all : `${all} UNION ALL ${count(nested, where.nested as string)}`;
    },
  };
}
