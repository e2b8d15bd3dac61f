import { pathKeys } from './document.ts';
import type { SqlCondition, SqlOptions } from './sql.ts';
import { jsonPath, stepsOf, walk } from './sql_document.ts';

/** The distinct plain values of a field (texts, numbers, truth values) as a list of JSON texts, for counting them. */
export function toSqlValues(
  path: string,
  { layout, rows, firstParameter = 1 }: Omit<SqlOptions, 'now'>,
): SqlCondition {
  const keys = pathKeys(path);
  if (keys === undefined) return { sql: '[]::VARCHAR[]', parameters: [] };
  const steps = stepsOf(keys, rows === 'plain');
  const places = steps.map((_, i) => `$${firstParameter + i}`);
  const [first, ...more] = places;
  const list = walk(`json_extract(${layout.document}, [${first}])`, more);
  const plain = `list_filter(${list}, lambda v: json_type(v) NOT IN ('OBJECT', 'ARRAY', 'NULL'))`;
  return {
    sql: `list_distinct(list_transform(${plain}, lambda v: v::VARCHAR))`,
    parameters: steps.map(jsonPath),
  };
}
