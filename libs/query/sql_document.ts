import { equalWords, type KeyedWords } from './sql_keyed.ts';
import type { SqlColumn } from './sql_layout.ts';
import { type Bind, equalTests, type SqlTest } from './sql_tests.ts';

/** Keys that one path can name together. */
export const stepsOf = (keys: readonly string[], whole: boolean): readonly (readonly string[])[] =>
  whole && !keys.includes('*') ? [keys] : keys.map((key) => [key]);

/** A star alone is a wildcard even between quotes, but for a JSON pointer (RFC 6901). */
export const jsonPath = (keys: readonly string[]): string =>
  keys[0] === '*' ? '/*' : `$${keys.map((key) => `."${key.replace(/["\\]/g, '\\$&')}"`).join('')}`;

export const flat = (list: string): string =>
  `flatten(list_transform(${list}, lambda j: CASE WHEN starts_with(j::VARCHAR, '[') THEN json_extract(j, '$[*]') ELSE [j] END))`;

/** Step by step through arrays, as `valuesAt`. Each step is a place holder of a JSON path. */
export const walk = (first: string, steps: readonly string[]): string =>
  steps.reduce(
    (list, step) => `flatten(list_transform(${list}, lambda o: ${flat(`json_extract(o, [${step}])`)}))`,
    flat(first),
  );

/** How one field is tested, whatever form its value has in the row. */
export interface FieldTests {
  /** Over one value's JSON. */
  readonly onMember: SqlTest;
  readonly onColumn: (column: SqlColumn) => string | undefined;
  readonly onWords?: (words: KeyedWords) => string | undefined;
}

/** `memberText` in SQL. */
export const memberText = (json: string): string =>
  `CASE WHEN json_type(${json}) = 'VARCHAR' THEN json_extract_string(${json}, '$') ` +
  `WHEN regexp_full_match(${json}::VARCHAR, '-?[0-9]{1,15}|true|false') THEN ${json}::VARCHAR END`;

/** One of several tests holds; by column only where all can be asked so. */
export const anyTest = (tests: readonly FieldTests[]): FieldTests => ({
  onMember: (json) => `(${tests.map(({ onMember }) => onMember(json)).join(' OR ')})`,
  onColumn: (column) => {
    const conditions = tests.map(({ onColumn }) => onColumn(column));
    return conditions.includes(undefined) ? undefined : `(${conditions.join(' OR ')})`;
  },
  onWords: (words) => {
    const conditions = tests.map(({ onWords }) => onWords?.(words));
    return conditions.includes(undefined) ? undefined : `(${conditions.join(' OR ')})`;
  },
});

export const existsTests: FieldTests = {
  onMember: (json) => `json_type(${json}) <> 'NULL'`,
  onColumn: (column) => `${column.sql} IS NOT NULL`,
};

/** A pattern of fields stands for plain values, not for the objects around them. */
export const leafTests: FieldTests = {
  ...existsTests,
  onMember: (json) => `json_type(${json}) NOT IN ('NULL', 'OBJECT', 'ARRAY')`,
};

/** One of the values equals one of those wanted. */
export function equalFieldTests(wanted: readonly string[], bind: Bind): FieldTests {
  const tests = equalTests(wanted, bind);
  return {
    onMember: (json) => tests.onJson(`${json}::VARCHAR`),
    onColumn: (column) => {
      if (column.type === 'number') return tests.onNumber(column.sql);
      if (column.type === 'time') return undefined;
      const onAddress =
        column.address === undefined ? undefined : tests.onAddress?.(column.sql, column.address);
      return onAddress ?? tests.onText(column.sql);
    },
    onWords: (words) => (tests.isPlain ? equalWords(words, wanted, bind) : undefined),
  };
}
