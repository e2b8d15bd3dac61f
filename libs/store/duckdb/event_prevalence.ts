import { type KqlNode, type SqlRows, toSql, toSqlValues } from '@tidewatch/query';
import type { Prevalence, TimeRange } from '../contract.ts';
import { bucketSql, type Source, timeBounds } from './compile.ts';
import type { SqlRow, SqlValue } from './engine.ts';

const dayMs = 86_400_000;

/**
 * Counts of several queries from one reading of the rows: for each row that any of them finds, its day, its hosts and
 * which of them it was.
 */
export function prevalenceSql(
  queries: readonly KqlNode[],
  range: TimeRange,
  now: number,
  { layout, timeColumn, nested }: Source,
) {
  const parameters: SqlValue[] = [];
  const place = (value: SqlValue): string => `$${parameters.push(value)}`;
  const [from, to] = timeBounds(range).map(place);
  const day = bucketSql(timeColumn, place(dayMs));
  const all = (one: (i: number) => string): string => queries.map((_, i) => one(i)).join(', ');

  const counted = (rows: SqlRows, hosts: string, isOfKind: string) => {
    const conditions = queries.map((query) => {
      const condition = toSql(query, { now, layout, rows, firstParameter: parameters.length + 1 });
      parameters.push(...condition.parameters);
      return condition.sql;
    });
    return (table: string): string =>
      `SELECT ${day} AS d, ${hosts} AS h, ${all((i) => `count(*) FILTER (WHERE ${conditions[i]}) AS n${i}`)} FROM ${table} ` +
      `WHERE ${timeColumn} >= ${from} AND ${timeColumn} < ${to} AND ${isOfKind} ` +
      `AND (${conditions.map((sql) => `(${sql})`).join(' OR ')}) GROUP BY ALL`;
  };
  const host = layout.column('host.name')?.sql ?? 'NULL';
  const plain = counted('plain', `[to_json(${host})::VARCHAR]`, 'NOT nested');
  const kinds = [plain];
  if (nested) {
    const list = toSqlValues('host.name', { layout, rows: 'nested', firstParameter: parameters.length + 1 });
    parameters.push(...list.parameters);
    kinds.push(counted('nested', list.sql, 'nested'));
  }

  return {
    parameters,
    /** Of one table's rows. */
    select: (table: string): string => kinds.map((kind) => kind(table)).join(' UNION ALL '),
    /** One row of what all selects together come to. */
    around: (rows: string): string =>
      `WITH g AS MATERIALIZED (SELECT d, h, ${all((i) => `sum(n${i}) AS n${i}`)} FROM ${rows} GROUP BY d, h), ` +
      `hosts AS (SELECT unnest(h) AS v, ${all((i) => `n${i}`)} FROM g) SELECT ` +
      all(
        (i) =>
          `(SELECT coalesce(sum(n${i}), 0)::BIGINT FROM g), (SELECT count(DISTINCT v) FILTER (WHERE n${i} > 0) FROM hosts), ` +
          `(SELECT count(DISTINCT d) FILTER (WHERE n${i} > 0) FROM g)`,
      ),
  };
}

/** What the row of {@link prevalenceSql} says of each of so many queries; of none found where there is no row. */
export function prevalencesIn(row: SqlRow | undefined, queries: number): Prevalence[] {
  const figures = (row ?? []) as readonly number[];
  return Array.from({ length: queries }, (_, i) => {
    const [events = 0, hosts = 0, days = 0] = figures.slice(3 * i, 3 * i + 3);
    return { events, hosts, days };
  });
}
