import { isoPattern } from '@tidewatch/event';
import { parseCidr } from './address.ts';
import type { KqlValue, RangeOperator } from './ast.ts';
import { isNumeric, momentBound, numberPattern } from './predicate.ts';
import { checkRegex } from './regex.ts';
import { anyCase, mayHold, quote } from './sql_caseless.ts';
import { endsWithWord, fold, regexReach, startsWithWord } from './text.ts';
import { parseMoment } from './time.ts';

/** A value to bind; its place holder is what `bind` answers. */
export type SqlParameter = string | number;
export type Bind = (value: SqlParameter) => string;

/** A test on one SQL expression, given as text; it may be NULL where the expression is. */
export type SqlTest = (expression: string) => string;

const never: SqlTest = () => 'FALSE';
const anyOf = (tests: readonly string[]): string =>
  tests.length === 1 ? (tests[0] as string) : `(${tests.join(' OR ')})`;

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const dotted = `${octet}[.]${octet}[.]${octet}[.]${octet}`;

/** `addressKey` in SQL. `text` is used several times, so it should be a column or a lambda's variable. */
function addressKeySql(text: string): string {
  const plain = `regexp_replace(lower(${text}), '^::ffff:', '')`;
  const v4 = `'00000000000000000000ffff' || ${[1, 2, 3, 4]
    .map((i) => `printf('%02x', TRY_CAST(split_part(${plain}, '.', ${i}) AS INTEGER))`)
    .join(' || ')}`;
  const side = (i: number): string =>
    `list_filter(string_split(split_part(lower(${text}), '::', ${i}), ':'), lambda g: g <> '')`;
  const missing = `8 - len(${side(1)}) - len(${side(2)})`;
  const groups = `list_concat(list_concat(${side(1)}, list_transform(range(${missing}), lambda g: '0')), ${side(2)})`;
  const v6 = `array_to_string(list_transform(${groups}, lambda g: lpad(g, 4, '0')), '')`;
  const group = '[0-9a-f]{1,4}';
  const side6 = `(${group}(:${group})*)?`;
  const isV6 = [
    `(regexp_full_match(lower(${text}), '(${group}:){7}${group}')`,
    `OR (regexp_full_match(lower(${text}), '${side6}::${side6}') AND ${missing} >= 1))`,
  ].join(' ');
  return `CASE WHEN regexp_full_match(${plain}, '${dotted}') THEN ${v4} WHEN ${isV6} THEN ${v6} END`;
}

/** `parseIsoTime` in SQL. An offset is always given, so that the session's time zone plays no part. */
const timeSql = (text: string): string =>
  `CASE WHEN regexp_full_match(${text}, '${isoPattern}') THEN epoch_ms(TRY_CAST(${text} || CASE ` +
  `WHEN length(${text}) = 10 THEN ' 00:00:00Z' WHEN regexp_matches(${text}, '(Z|[+-][0-9]{2}:[0-9]{2})$') THEN '' ` +
  `ELSE 'Z' END AS TIMESTAMPTZ)) END`;

/** What `field: (value or value)` asks: over a text column, over JSON text, over an address key. */
export interface EqualTests {
  readonly onText: SqlTest;
  /** Over a value's JSON, as VARCHAR. */
  readonly onJson: SqlTest;
  readonly onNumber: SqlTest;
  /** No value is a network or a time: they mean nothing beside their text and number. */
  readonly isPlain: boolean;
  /** Only for networks: over a text column and the column of its `addressKey`. */
  readonly onAddress?: (text: string, key: string) => string;
}

/** Some of the texts at once: a list to look in, or what each kind of value comes to beside its text. */
export function equalTests(wanted: readonly string[], bind: Bind): EqualTests {
  const folded = wanted.map(fold);
  const numbers = wanted.filter(isNumeric).map(Number);
  const networks = wanted.flatMap((text) => parseCidr(text) ?? []);
  const moments = wanted.flatMap((text) => (text.startsWith('now') ? [] : (parseMoment(text, 0) ?? [])));
  const within = (key: string): string =>
    anyOf(networks.map(({ from, to }) => `${key} BETWEEN ${bind(from)} AND ${bind(to)}`));
  const extra = (text: string): string[] => [
    ...(networks.length === 0 ? [] : [once(addressKeySql(text), within)]),
    ...(moments.length === 0
      ? []
      : [
          once(timeSql(text), (time) =>
            anyOf(moments.map(({ from, to }) => `(${time} >= ${bind(from)} AND ${time} < ${bind(to)})`)),
          ),
        ]),
  ];
  const truths = folded.filter((text) => text === 'true' || text === 'false');
  return {
    onText: (text) => anyOf([oneOf(`lower(${text})`, folded, bind), ...extra(text)]),
    onJson: (json) =>
      anyOf([
        isOneOf(
          `lower(${json})`,
          wanted.map((text) => fold(JSON.stringify(text))),
          bind,
        ),
        ...(truths.length === 0 ? [] : [isOneOf(json, truths, bind)]),
        ...(numbers.length === 0 ? [] : [isOneOf(`TRY_CAST(${json} AS DOUBLE)`, numbers, bind)]),
        ...extra(`trim(${json}, '"')`),
      ]),
    onNumber: numbers.length === 0 ? never : (column) => oneOf(column, numbers, bind),
    isPlain: networks.length === 0 && moments.length === 0,
    ...(networks.length > 0 &&
      moments.length === 0 && {
        onAddress: (text: string, key: string) => anyOf([oneOf(`lower(${text})`, folded, bind), within(key)]),
      }),
  };
}

/** Equal to the only value, or to one of many, which are one parameter. */
function oneOf(expression: string, values: readonly (string | number)[], bind: Bind): string {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return `${expression} = ${bind(first)}`;
  const type = typeof first === 'number' ? 'DOUBLE' : 'VARCHAR';
  return `list_contains(${bind(JSON.stringify(values))}::JSON::${type}[], ${expression})`;
}

/** As {@link oneOf}, inside a lambda: DuckDB makes a list anew for every row there. */
const isOneOf = (expression: string, values: readonly (string | number)[], bind: Bind): string =>
  `${expression} IN (${values.map(bind).join(', ')})`;

/** A test that reads its expression several times, on what it comes to. */
const once = (expression: string, test: SqlTest): string =>
  `len(list_filter([${expression}], lambda x: ${test('x')})) > 0`;

type Wildcard = Extract<KqlValue, { type: 'wildcard' }>;
type Regex = Extract<KqlValue, { type: 'regex' }>;

/** Tests on a value's text: one of the patterns fits the whole of a keyword. */
export function wildcardTest(values: readonly Wildcard[], bind: Bind): SqlTest {
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    const like = only.parts.map((part) => fold(part).replace(/[\\%_]/g, '\\$&')).join('%');
    return (text) => `lower(${text}) LIKE ${bind(like)} ESCAPE '\\'`;
  }
  const patterns = values.map(({ parts }) => parts.map((part) => quote(fold(part))).join('.*'));
  return (text) => `regexp_full_match(lower(${text}), ${bind(patterns.join('|'))}, 's')`;
}

/** One of the regexes finds something in the text. */
export function regexTest(values: readonly Regex[], bind: Bind): SqlTest {
  const sources = (ignoreCase: boolean): string[] =>
    values.flatMap((value) => {
      const checked = checkRegex(value.source);
      return checked.ok && value.ignoreCase === ignoreCase ? [checked.source] : [];
    });
  const joined = ([first, ...more]: readonly string[]): string =>
    more.length === 0 ? (first ?? '') : `(?:${[first, ...more].join(')|(?:')})`;
  const exact = sources(false);
  const anyCase = sources(true);
  return (text) => {
    const reached = `left(${text}, ${regexReach})`;
    const tests = [
      ...(exact.length === 0 ? [] : [`regexp_matches(${reached}, ${bind(joined(exact))}, 's')`]),
      ...(anyCase.length === 0 ? [] : [`regexp_matches(${reached}, ${bind(joined(anyCase))}, 'si')`]),
    ];
    return tests.length === 0 ? 'FALSE' : anyOf(tests);
  };
}

/**
 * Tests on a text: words at the edges of words, patterns, regexes; any of several.
 *
 * @param gap RE2 of what may stand between two parts of a pattern
 */
export function wordsTest(values: readonly KqlValue[], bind: Bind, gap = '.*'): SqlTest {
  const patterns = values.flatMap((value): (readonly string[])[] => {
    if (value.type === 'regex') return [];
    if (value.type === 'words') return value.words.map((word) => [word]);
    return [value.type === 'literal' ? [value.text] : value.parts];
  });
  const regexes = values.filter((value) => value.type === 'regex');
  const tests = [
    ...(patterns.length === 0
      ? []
      : [
          containsTest(
            patterns.map((parts) => parts.map(fold)),
            bind,
            gap,
          ),
        ]),
    ...(regexes.length === 0 ? [] : [regexTest(regexes, bind)]),
  ];
  return (text) => anyOf(tests.map((test) => test(text)));
}

/** To look for more one by one takes longer than for all at once. */
const mostOneByOne = 3;

function containsTest(patterns: readonly (readonly string[])[], bind: Bind, gap: string): SqlTest {
  const isAnyCase = patterns.every((parts) => anyCase(parts.join('')) !== undefined);
  const written = (part: string): string => (isAnyCase ? anyCase(part) : undefined) ?? quote(part);
  const byEdges = new Map<string, string[]>();
  for (const parts of patterns) {
    const edges = JSON.stringify([
      startsWithWord(parts[0] as string) ? '(?:^|[^\\p{L}\\p{N}_])' : '',
      endsWithWord(parts.at(-1) as string) ? '(?:$|[^\\p{L}\\p{N}_])' : '',
    ]);
    byEdges.set(edges, [...(byEdges.get(edges) ?? []), parts.map(written).join(gap)]);
  }
  const sources = [...byEdges].map(([edges, inner]) => {
    const [before, after] = JSON.parse(edges) as [string, string];
    return `${before}(?:${inner.join('|')})${after}`;
  });
  const found = (text: string): string =>
    `regexp_matches(${isAnyCase ? text : `lower(${text})`}, ${bind(sources.join('|'))}, 's')`;
  if (patterns.length > mostOneByOne) return found;
  const longest = patterns.map((parts) => parts.reduce((a, b) => (b.length > a.length ? b : a)));
  const [only] = patterns;
  if (patterns.length === 1 && only !== undefined) {
    const isPlain = only.filter((part) => part !== '').length <= 1;
    const hasEdge = startsWithWord(only[0] as string) || endsWithWord(only.at(-1) as string);
    if (isPlain && !hasEdge) return (text) => `contains(lower(${text}), ${bind(longest[0] as string)})`;
  }
  // A plain search first: the regex then sees few texts.
  return (text) => {
    const may = longest.map((part) => mayHold(text, part, bind));
    return `CASE WHEN ${anyOf(may)} THEN ${found(text)} ELSE FALSE END`;
  };
}

/** What a range asks: over plain or unquoted JSON text (numbers, times), or over the text's order. */
export type RangeTests =
  | { readonly over: 'plain'; readonly test: SqlTest; readonly onNumber: SqlTest; readonly onTime: SqlTest }
  | { readonly over: 'text'; readonly test: SqlTest };

export function rangeTests(operator: RangeOperator, value: string, now: number, bind: Bind): RangeTests {
  const moment = parseMoment(value, now);
  if (moment !== undefined) {
    const bound = momentBound(operator, moment);
    return {
      over: 'plain',
      test: (text) => `${timeSql(text)} ${bound.operator} ${bind(bound.at)}`,
      onNumber: never,
      onTime: (column) => `${column} ${bound.operator} ${bind(bound.at)}`,
    };
  }
  if (isNumeric(value)) {
    const bound = Number(value);
    return {
      over: 'plain',
      // Texts that DuckDB takes for numbers and we don't are told apart where it matters: the pattern takes longer.
      test: (text) =>
        `CASE WHEN TRY_CAST(${text} AS DOUBLE) ${operator} ${bind(bound)} ` +
        `THEN regexp_full_match(${text}, '${numberPattern}') ELSE FALSE END`,
      onNumber: (column) => `${column} ${operator} ${bind(bound)}`,
      onTime: never,
    };
  }
  return { over: 'text', test: (text) => `lower(${text}) ${operator} ${bind(fold(value))}` };
}
