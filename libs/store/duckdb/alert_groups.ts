import { type Level, levels, statuses } from '@tidewatch/event';
import { type SqlLayout, type SqlRows, toSqlValues } from '@tidewatch/query';
import { checkGroupFields, groupsAfter, longestValue, pageOfGroups } from '../alert_groups.ts';
import type { AlertGroup, AlertGroupSearch, AlertGroups } from '../contract.ts';
import type { Where } from './compile.ts';
import type { Database } from './database.ts';
import type { SqlValue } from './engine.ts';

/** What is counted of each group beside all. */
const kinds = [
  ...levels.map((name, rank) => ({ of: 'levels', name, is: `level_rank = ${rank}` }) as const),
  ...statuses.map((name) => ({ of: 'statuses', name, is: `status = '${name}'` }) as const),
];

function countsOf(counts: readonly number[]): Pick<AlertGroup, 'levels' | 'statuses'> {
  const found = { levels: {} as Record<string, number>, statuses: {} as Record<string, number> };
  for (const [i, { of, name }] of kinds.entries()) if (counts[i]) found[of][name] = counts[i];
  return found;
}

/** Groups the alerts that a condition finds. @throws GROUP_FIELD, PAGE_TOKEN_INVALID */
export async function groupAlerts(
  database: Database,
  layout: SqlLayout,
  where: Where,
  request: AlertGroupSearch,
): Promise<AlertGroups> {
  const { by, sort, limit } = request;
  checkGroupFields(by);
  const values: SqlValue[] = [...where.parameters];
  const place = (value: SqlValue): string => `$${values.push(value)}`;

  function listOf(field: string, rows: SqlRows): string {
    const column = rows === 'plain' ? layout.column(field) : undefined;
    if (column?.type === 'text')
      return `[CASE WHEN length(${column.sql}) <= ${longestValue} THEN ${column.sql} END]`;
    const found = toSqlValues(field, { layout, rows, firstParameter: values.length + 1 });
    values.push(...found.parameters);
    const text = `CASE WHEN v[1] = '"' THEN json_extract_string(v, '$') ELSE v END`;
    const texts = `list_distinct(list_filter(list_transform(${found.sql}, lambda v: ${text}), lambda v: length(v) <= ${longestValue}))`;
    return `CASE WHEN len(${texts}) = 0 THEN [NULL] ELSE ${texts} END`;
  }
  const rows = (kind: SqlRows, condition: string): string =>
    `SELECT id, last_at, level_rank, status, ${by.map((field, i) => `${listOf(field, kind)} AS l${i}`).join(', ')} ` +
    `FROM alerts.alerts WHERE ${condition}`;
  const all = [
    rows('plain', where.plain),
    ...(where.nested === undefined ? [] : [rows('nested', where.nested)]),
  ].join(' UNION ALL ');
  // Level by level, since several in one SELECT go side by side instead of crosswise.
  const crossed = by.reduce(
    (from, _, i) => `SELECT * EXCLUDE (l${i}), unnest(l${i}) AS v${i} FROM (${from})`,
    all,
  );
  const names = by.map((_, i) => `v${i}`);
  const tie = `md5(concat(${names.map((name) => `coalesce('+' || ${name}, '')`).join(', chr(1), ')}))`;
  const keys = sort === 'count' ? ['n', 'newest'] : ['newest', 'n'];
  const after = groupsAfter(request.after);
  let beyond = '';
  if (after !== undefined) {
    const [first, second, third] = after.map((part) => place(part));
    beyond = `WHERE (${keys.join(', ')}) < (${first}, ${second}) OR ((${keys.join(', ')}) = (${first}, ${second}) AND tie > ${third})`;
  }
  const sql =
    `WITH g AS MATERIALIZED (SELECT ${names.join(', ')}, count(*) AS n, max(level_rank) AS highest, max(last_at) AS newest, ` +
    `arg_max(id, (last_at, id)) AS first, ${kinds.map(({ is }, i) => `count(*) FILTER (WHERE ${is}) AS k${i}`).join(', ')}, ${tie} AS tie FROM (${crossed}) GROUP BY ${names.join(', ')}) ` +
    `SELECT ${names.join(', ')}, n, highest, newest, first, ${kinds.map((_, i) => `k${i}`).join(', ')}, (SELECT count(*) FROM g) FROM g ${beyond} ` +
    `ORDER BY ${keys.map((key) => `${key} DESC`).join(', ')}, tie LIMIT ${place(limit + 1)}`;
  const found = await database.read(sql, values);
  const groups = found.map((row) => {
    const [count, highest, newest, first, ...counts] = row.slice(by.length, -1);
    return {
      values: row.slice(0, by.length) as (string | null)[],
      count: count as number,
      level: levels[highest as number] as Level,
      ...countsOf(counts as number[]),
      newest: newest as number,
      first: first as string,
    };
  });
  const total = found[0]?.at(-1) as number | undefined;
  return { ...pageOfGroups(groups, request), total: total ?? 0 };
}
