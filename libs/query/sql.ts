import type { KqlField, KqlNode, KqlValue, RangeOperator } from './ast.ts';
import { textFields } from './ast.ts';
import { pathKeys } from './document.ts';
import { type AnyOf, byType, createConditionCount, gather } from './gather.ts';
import {
  anyTest,
  equalFieldTests,
  existsTests,
  type FieldTests,
  jsonPath,
  leafTests,
  memberText,
  stepsOf,
  walk,
} from './sql_document.ts';
import { someWord } from './sql_keyed.ts';
import { maxPatternFields, type SqlLayout, type SqlRows, TooManyFieldsError } from './sql_layout.ts';
import {
  type Bind,
  rangeTests,
  regexTest,
  type SqlParameter,
  type SqlTest,
  wildcardTest,
  wordsTest,
} from './sql_tests.ts';
import { anyText } from './sql_texts.ts';
import { wordsNeeded } from './sql_words.ts';
import { matchesWildcard } from './text.ts';

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

/**
 * The query as a condition in DuckDB's SQL. Every value and every field path is a parameter; the same hits as
 * `toPredicate` on the same documents.
 *
 * @throws TooManyFieldsError, TooManyConditionsError
 */
export function toSql(node: KqlNode, { now, layout, rows, firstParameter = 1 }: SqlOptions): SqlCondition {
  const parameters: SqlParameter[] = [];
  const numbers = new Map<SqlParameter, string>();
  const bind: Bind = (value) => {
    const place = numbers.get(value) ?? `$${parameters.push(value)}`;
    numbers.set(value, place);
    return place;
  };
  return numbered(new Compiler(layout, rows, now, bind).whole(node), parameters, firstParameter);
}

/** DuckDB takes no parameter that a statement does not use: those of tests that were given up again are left out. */
function numbered(sql: string, bound: readonly SqlParameter[], first: number): SqlCondition {
  const places = new Map<string, number>();
  const parameters: SqlParameter[] = [];
  const renumbered = sql.replace(/\$(\d+)/g, (_, number: string) => {
    const place = places.get(number) ?? parameters.push(bound[Number(number) - 1] as SqlParameter);
    places.set(number, place);
    return `$${first + place - 1}`;
  });
  return { sql: renumbered, parameters };
}

/** So many conditions read the document each for itself, in as few rows as can be. */
const readApart = 2;

class Compiler {
  private readonly layout: SqlLayout;
  private readonly rows: SqlRows;
  private readonly now: number;
  private readonly bind: Bind;
  private count = createConditionCount();
  private variables = 0;
  /** What is taken from the document, as place holders of paths with their numbers, and how often it is read for that. */
  private readonly taken = new Map<string, number>();
  private readings = 0;
  /** The list of what is taken, where it was taken once for all conditions; each taking reads the document again. */
  private together: string | undefined;

  constructor(layout: SqlLayout, rows: SqlRows, now: number, bind: Bind) {
    this.layout = layout;
    this.rows = rows;
    this.now = now;
    this.bind = bind;
  }

  /** Conditions that take many values from the document, with it read once: memory goes by how often it is. */
  whole(node: KqlNode): string {
    const children = node.kind === 'and' ? gather(node) : [node];
    const alone: string[] = [];
    const reading: { readonly child: KqlNode | AnyOf; readonly sql: string }[] = [];
    // What asks for much is long, and made once; what asks for little is made again.
    this.together = this.variable();
    for (const child of children) {
      const before = this.readings;
      const sql = this.condition(child);
      if (this.readings === before) alone.push(sql);
      else reading.push({ child, sql });
    }
    if (this.rows === 'plain')
      alone.push(...reading.flatMap(({ child }) => wordsNeeded(child, this.layout, this.bind) ?? []));
    if (this.readings > readApart) {
      const all = reading.map(({ sql }) => sql).join(' AND ');
      const documents = `[json_extract(${this.layout.document}, [${[...this.taken.keys()].join(', ')}])]`;
      return [...alone, `len(list_filter(${documents}, lambda ${this.together}: ${all})) > 0`].join(' AND ');
    }
    this.together = undefined;
    this.count = createConditionCount();
    return [...alone, ...reading.map(({ child }) => this.condition(child))].join(' AND ');
  }

  /** @param object the lambda's variable inside a nested query; undefined for the row itself */
  condition(node: KqlNode | AnyOf, object?: string): string {
    switch (node.kind) {
      case 'all':
        return 'TRUE';
      case 'and':
      case 'or':
        return `(${gather(node)
          .map((child) => this.condition(child, object))
          .join(` ${node.kind.toUpperCase()} `)})`;
      case 'not':
        return `(NOT ${this.condition(node.child, object)})`;
      case 'is':
      case 'any_of': {
        const values = node.kind === 'is' ? [node.value] : node.values;
        if (node.field === null) return this.anyText(values);
        return this.onField(node.field, (path) => this.valueTests(path, values), object);
      }
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
    // Plain rows give the values of many fields at once.
    const isJoint = (path: string): boolean =>
      this.rows === 'plain' &&
      object === undefined &&
      this.layout.column(path) === undefined &&
      !textFields.has(path) &&
      !path.split('.').some((key) => key === '' || key === '*');
    const joint = paths.filter(isJoint);
    const conditions = paths
      .filter((path) => !isJoint(path))
      .map((path) => this.onPath(path, testsFor(path), object));
    const [first] = joint;
    if (first !== undefined) {
      for (const _ of joint) this.count();
      const places = joint.map((path) => this.bind(jsonPath(path.split('.'))));
      conditions.push(this.some(undefined, [places], testsFor(first).onMember));
    }
    return conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`;
  }

  private onPath(path: string, tests: FieldTests, object?: string): string {
    const keys = pathKeys(path);
    if (keys === undefined) return 'FALSE';
    this.count();
    const column = object === undefined ? this.layout.column(path) : undefined;
    // A time column holds its field in every row.
    const fast =
      column && (this.rows === 'plain' || column.type === 'time') ? tests.onColumn(column) : undefined;
    if (fast !== undefined) return `coalesce(${fast}, FALSE)`;
    const whole = this.rows === 'plain' && object === undefined;
    const { words, wordKey } = this.layout;
    // What has a column stands among the words without a key.
    const key = whole && column === undefined ? wordKey?.(path) : undefined;
    const keyed = words === undefined || key === undefined ? undefined : tests.onWords?.({ sql: words, key });
    if (keyed !== undefined) return keyed;
    const steps = stepsOf(keys, whole).map((step) => [this.bind(jsonPath(step))]);
    return this.some(object, steps, tests.onMember);
  }

  /** Some value at the end of the steps passes. @param steps place holders of the paths that each step takes */
  private some(
    object: string | undefined,
    [first = [], ...more]: readonly (readonly string[])[],
    test: SqlTest,
  ): string {
    const variable = this.variable();
    const rest = more.map((step) => step.join(', '));
    const among = (list: string): string =>
      `(len(list_filter(${walk(list, rest)}, lambda ${variable}: ${test(variable)})) > 0)`;
    if (object !== undefined) return among(`json_extract(${object}, [${first.join(', ')}])`);
    for (const place of first) if (!this.taken.has(place)) this.taken.set(place, this.taken.size + 1);
    this.readings++;
    if (this.together === undefined)
      return among(`json_extract(${this.layout.document}, [${first.join(', ')}])`);
    const taken = first.map((place) => `${this.together}[${this.taken.get(place)}]`).join(', ');
    // To get hundreds of tests ready takes seconds and much memory, also where there is nothing to test.
    return `CASE WHEN coalesce(${taken}) IS NULL THEN FALSE ELSE ${among(`[${taken}]`)} END`;
  }

  private valueTests(path: string, values: readonly KqlValue[]): FieldTests {
    if (textFields.has(path)) return this.textTests(wordsTest(values, this.bind));
    const { equal, wildcards, regexes } = byType(values);
    return anyTest([
      ...(equal.length === 0 ? [] : [equalFieldTests(equal, this.bind)]),
      ...(wildcards.length === 0 ? [] : [this.textTests(wildcardTest(wildcards, this.bind))]),
      ...(regexes.length === 0 ? [] : [this.textTests(regexTest(regexes, this.bind))]),
    ]);
  }

  private textTests(test: SqlTest): FieldTests {
    return {
      onMember: (json) => this.onMemberText(json, test),
      onColumn: (column) => (column.type === 'text' ? test(column.sql) : undefined),
      onWords: (words) => someWord(words, ['text', 'whole'], this.variable(), test, this.bind),
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
      onWords: (words) =>
        someWord(words, ['text', 'whole', 'number'], this.variable(), tests.test, this.bind),
    };
  }

  private nested(path: string, child: KqlNode, object?: string): string {
    const keys = pathKeys(path);
    if (keys === undefined) return 'FALSE';
    this.count();
    const steps = keys.map((key) => [this.bind(jsonPath([key]))]);
    return this.some(
      object,
      steps,
      (member) => `json_type(${member}) = 'OBJECT' AND ${this.condition(child, member)}`,
    );
  }

  private anyText(values: readonly KqlValue[]): string {
    this.count();
    return anyText(values, this.layout, this.rows, this.bind, () => this.variable());
  }

  private variable(): string {
    return `v${++this.variables}`;
  }
}
