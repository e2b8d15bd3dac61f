import type { KqlField, KqlNode, KqlValue, RangeOperator } from './ast.ts';
import { textFields } from './ast.ts';
import { pathKeys } from './document.ts';
import {
  type Bind,
  equalTests,
  patternTest,
  rangeTests,
  type SqlParameter,
  type SqlTest,
  wordsTest,
} from './sql_tests.ts';
import { matchesWildcard } from './text.ts';

/** A column that holds a field, exactly, in every plain row: NULL where the field is absent, else its one value. */
export type SqlColumn =
  /** `address`: a column with the `addressKey` of the text, where it is an address. */
  | { readonly type: 'text'; readonly sql: string; readonly address?: string }
  | { readonly type: 'number'; readonly sql: string }
  /** Epoch milliseconds of a field that is an ISO 8601 time in every row. */
  | { readonly type: 'time'; readonly sql: string };

/** How a table keeps documents. All names must be trusted SQL. */
export interface SqlLayout {
  /** The document's JSON. */
  readonly document: string;
  /** Text columns that a value without a field is looked for in, by lines. */
  readonly texts: readonly string[];
  readonly column: (path: string) => SqlColumn | undefined;
  /** Dotted paths that occur, for patterns of fields. */
  readonly paths: () => Iterable<string>;
}

/**
 * Plain rows hold every field of a column in that column, and no array of theirs holds objects or arrays
 * (`documentFacts`), so that conditions need not read their documents. All others are nested: their documents are
 * walked. A store tells them apart, compiles once for each kind that it holds, and asks each for its own rows.
 */
export type SqlRows = 'plain' | 'nested';

export interface SqlOptions {
  /** What `now` stands for, epoch milliseconds. */
  readonly now: number;
  readonly layout: SqlLayout;
  readonly rows: SqlRows;
  /** Number of the first parameter (default 1). */
  readonly firstParameter?: number;
}

export interface SqlCondition {
  /** True or false, never NULL, with `$n` place holders. */
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
}

/** A pattern of fields may fit this many. */
export const maxPatternFields = 200;

/** A pattern of fields that fits more than {@link maxPatternFields}. */
export class TooManyFieldsError extends Error {
  readonly pattern: string;
  readonly fields: number;

  constructor(pattern: string, fields: number) {
    super(
      `The field pattern ${pattern} fits ${fields} fields; at most ${maxPatternFields} can be searched at once.`,
    );
    this.name = 'TooManyFieldsError';
    this.pattern = pattern;
    this.fields = fields;
  }
}

/**
 * The query as a condition in DuckDB's SQL. Every value and every field path is a parameter; the same hits as
 * `toPredicate` on the same documents.
 *
 * @throws TooManyFieldsError
 */
export function toSql(node: KqlNode, { now, layout, rows, firstParameter = 1 }: SqlOptions): SqlCondition {
  const parameters: SqlParameter[] = [];
  const numbers = new Map<SqlParameter, string>();
  const bind: Bind = (value) => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    parameters.push(value);
    const place = `$${firstParameter + parameters.length - 1}`;
    numbers.set(value, place);
    return place;
  };
  return { sql: new Compiler(layout, rows, now, bind).condition(node), parameters };
}

/** The distinct plain values of a field (texts, numbers, truth values) as a list of JSON texts, for counting them. */
export function toSqlValues(
  path: string,
  { layout, rows, firstParameter = 1 }: Omit<SqlOptions, 'now'>,
): SqlCondition {
  const keys = pathKeys(path);
  if (keys === undefined) return { sql: '[]::VARCHAR[]', parameters: [] };
  const steps = rows === 'plain' ? [keys] : keys.map((key) => [key]);
  const places = steps.map((_, i) => `$${firstParameter + i}`);
  const plain = `list_filter(${walk(layout.document, places)}, lambda v: json_type(v) NOT IN ('OBJECT', 'ARRAY', 'NULL'))`;
  return {
    sql: `list_distinct(list_transform(${plain}, lambda v: v::VARCHAR))`,
    parameters: steps.map(jsonPath),
  };
}

const jsonPath = (keys: readonly string[]): string =>
  `$${keys.map((key) => `."${key.replace(/["\\]/g, '\\$&')}"`).join('')}`;

const flat = (list: string): string =>
  `flatten(list_transform(${list}, lambda j: CASE json_type(j) WHEN 'ARRAY' THEN json_extract(j, '$[*]') ELSE [j] END))`;

/** Step by step through arrays, as `valuesAt`. Each step is a place holder of a JSON path. */
const walk = (document: string, steps: readonly string[]): string => {
  const [first, ...rest] = steps.map(
    (step) => (object: string) => flat(`json_extract(${object}, [${step}])`),
  );
  if (first === undefined) return `[${document}]`;
  return rest.reduce(
    (list, step) => `flatten(list_transform(${list}, lambda o: ${step('o')}))`,
    first(document),
  );
};

/** How one field is tested, whatever form its value has in the row. */
interface FieldTests {
  /** Over one value's JSON. */
  readonly onMember: SqlTest;
  readonly onColumn: (column: SqlColumn) => string | undefined;
}

/** `memberText` in SQL. */
const memberText = (json: string): string =>
  `CASE WHEN json_type(${json}) = 'VARCHAR' THEN json_extract_string(${json}, '$') ` +
  `WHEN regexp_full_match(${json}::VARCHAR, '-?[0-9]{1,15}|true|false') THEN ${json}::VARCHAR END`;

class Compiler {
  private readonly layout: SqlLayout;
  private readonly rows: SqlRows;
  private readonly now: number;
  private readonly bind: Bind;
  private variables = 0;

  constructor(layout: SqlLayout, rows: SqlRows, now: number, bind: Bind) {
    this.layout = layout;
    this.rows = rows;
    this.now = now;
    this.bind = bind;
  }

  /** @param object the lambda's variable inside a nested query; undefined for the row itself */
  condition(node: KqlNode, object?: string): string {
    switch (node.kind) {
      case 'all':
        return 'TRUE';
      case 'and':
      case 'or':
        return `(${node.children.map((child) => this.condition(child, object)).join(` ${node.kind.toUpperCase()} `)})`;
      case 'not':
        return `(NOT ${this.condition(node.child, object)})`;
      case 'is':
        if (node.field === null) return this.anyText(node.value);
        return this.onField(node.field, (path) => this.valueTests(path, node.value), object);
      case 'exists':
        return this.onField(
          node.field,
          () => (typeof node.field === 'string' ? existsTests : leafTests),
          object,
        );
      case 'range':
        return this.onField(node.field, () => this.rangeTests(node.operator, node.value), object);
      case 'nested':
        return this.nested(node.field, node.child, object);
    }
  }

  private onField(field: KqlField, testsFor: (path: string) => FieldTests, object?: string): string {
    if (typeof field === 'string') return this.onPath(field, testsFor(field), object);
    const paths = [...new Set(this.layout.paths())].filter((path) => matchesWildcard(path, field.parts));
    if (paths.length > maxPatternFields) throw new TooManyFieldsError(field.parts.join('*'), paths.length);
    if (paths.length === 0) return 'FALSE';
    return `(${paths.map((path) => this.onPath(path, testsFor(path), object)).join(' OR ')})`;
  }

  private onPath(path: string, tests: FieldTests, object?: string): string {
    const keys = pathKeys(path);
    if (keys === undefined) return 'FALSE';
    const column = object === undefined ? this.layout.column(path) : undefined;
    // A time column holds its field in every row.
    const fast =
      column && (this.rows === 'plain' || column.type === 'time') ? tests.onColumn(column) : undefined;
    if (fast !== undefined) return `coalesce(${fast}, FALSE)`;
    const whole = this.rows === 'plain' && object === undefined;
    const steps = whole ? [keys] : keys.map((key) => [key]);
    const list = walk(
      object ?? this.layout.document,
      steps.map((step) => this.bind(jsonPath(step))),
    );
    const variable = this.variable();
    return `(len(list_filter(${list}, lambda ${variable}: ${tests.onMember(variable)})) > 0)`;
  }

  private valueTests(path: string, value: KqlValue): FieldTests {
    if (textFields.has(path)) return this.textTests(wordsTest(value, this.bind));
    if (value.type === 'wildcard' || value.type === 'regex')
      return this.textTests(patternTest(value, this.bind));
    const tests = equalTests(value.type === 'words' ? value.words.join(' ') : value.text, this.bind);
    return {
      onMember: (json) => tests.onJson(`${json}::VARCHAR`),
      onColumn: (column) => {
        if (column.type === 'number') return tests.onNumber(column.sql);
        if (column.type === 'time') return undefined;
        const onAddress =
          column.address === undefined ? undefined : tests.onAddress?.(column.sql, column.address);
        return onAddress ?? tests.onText(column.sql);
      },
    };
  }

  private textTests(test: SqlTest): FieldTests {
    return {
      onMember: (json) => this.onMemberText(json, test),
      onColumn: (column) => (column.type === 'text' ? test(column.sql) : undefined),
    };
  }

  /** A list of one, so that the text is made once however often the test reads it. */
  private onMemberText(json: string, test: SqlTest): string {
    const variable = this.variable();
    return `len(list_filter([${memberText(json)}], lambda ${variable}: ${test(variable)})) > 0`;
  }

  private rangeTests(operator: RangeOperator, value: string): FieldTests {
    const tests = rangeTests(operator, value, this.now, this.bind);
    if (tests.over === 'text') return this.textTests(tests.test);
    return {
      onMember: (json) => tests.test(`trim(${json}::VARCHAR, '"')`),
      onColumn: (column) => {
        if (column.type === 'number') return tests.onNumber(column.sql);
        return column.type === 'time' ? tests.onTime(column.sql) : tests.test(column.sql);
      },
    };
  }

  private nested(path: string, child: KqlNode, object?: string): string {
    const keys = pathKeys(path);
    if (keys === undefined) return 'FALSE';
    const variable = this.variable();
    const list = walk(
      object ?? this.layout.document,
      keys.map((key) => this.bind(jsonPath([key]))),
    );
    const inner = this.condition(child, variable);
    return `(len(list_filter(${list}, lambda ${variable}: json_type(${variable}) = 'OBJECT' AND ${inner})) > 0)`;
  }

  private anyText(value: KqlValue): string {
    const test = wordsTest(value, this.bind);
    const byLine =
      value.type === 'wildcard' ||
      value.type === 'regex' ||
      (value.type === 'literal' && value.text.includes('\n'));
    const conditions = this.layout.texts.map((column) => {
      if (!byLine) return `coalesce(${test(column)}, FALSE)`;
      const variable = this.variable();
      return `coalesce(len(list_filter(string_split(${column}, chr(10)), lambda ${variable}: ${test(variable)})) > 0, FALSE)`;
    });
    return `(${conditions.join(' OR ')})`;
  }

  private variable(): string {
    return `v${++this.variables}`;
  }
}

const existsTests: FieldTests = {
  onMember: (json) => `json_type(${json}) <> 'NULL'`,
  onColumn: (column) => `${column.sql} IS NOT NULL`,
};

/** A pattern of fields stands for plain values, not for the objects around them. */
const leafTests: FieldTests = {
  ...existsTests,
  onMember: (json) => `json_type(${json}) NOT IN ('NULL', 'OBJECT', 'ARRAY')`,
};
