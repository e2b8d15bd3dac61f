import { isoPattern } from '@tidewatch/event';
import { parseCidr } from './address.ts';
import type { KqlValue, RangeOperator } from './ast.ts';
import { isNumeric, momentBound, numberPattern } from './predicate.ts';
import { checkRegex } from './regex.ts';
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

const numberSql = (text: string): string =>
  `TRY_CAST(CASE WHEN regexp_full_match(${text}, '${numberPattern}') THEN ${text} END AS DOUBLE)`;

/** What `field: value` asks: over a text column, over JSON text, over an address key. */
export interface EqualTests {
  readonly onText: SqlTest;
  /** Over a value's JSON, as VARCHAR. */
  readonly onJson: SqlTest;
  readonly onNumber: SqlTest;
  /** Only for networks: over a text column and the column of its `addressKey`. */
  readonly onAddress?: (text: string, key: string) => string;
}

export function equalTests(wanted: string, bind: Bind): EqualTests {
  const folded = fold(wanted);
  const numeric = isNumeric(wanted) ? Number(wanted) : undefined;
  const network = parseCidr(wanted);
  const moment = wanted.startsWith('now') ? undefined : parseMoment(wanted, 0);
  const extra = (text: string): string[] => {
    if (network !== undefined)
      return [`${addressKeySql(text)} BETWEEN ${bind(network.from)} AND ${bind(network.to)}`];
    if (moment === undefined) return [];
    return [`(${timeSql(text)} >= ${bind(moment.from)} AND ${timeSql(text)} < ${bind(moment.to)})`];
  };
  return {
    onText: (text) => anyOf([`lower(${text}) = ${bind(folded)}`, ...extra(text)]),
    onJson: (json) =>
      anyOf([
        `lower(${json}) = ${bind(fold(JSON.stringify(wanted)))}`,
        ...(folded === 'true' || folded === 'false' ? [`${json} = ${bind(folded)}`] : []),
        ...(numeric === undefined ? [] : [`TRY_CAST(${json} AS DOUBLE) = ${bind(numeric)}`]),
        ...extra(`trim(${json}, '"')`),
      ]),
    onNumber: numeric === undefined ? never : (column) => `${column} = ${bind(numeric)}`,
    ...(network !== undefined && {
      onAddress: (text: string, key: string) =>
        anyOf([
          `lower(${text}) = ${bind(folded)}`,
          `${key} BETWEEN ${bind(network.from)} AND ${bind(network.to)}`,
        ]),
    }),
  };
}

/** Tests on a value's text: wildcard or regex over the whole of a keyword. */
export function patternTest(value: Extract<KqlValue, { type: 'wildcard' | 'regex' }>, bind: Bind): SqlTest {
  if (value.type === 'regex') return regexTest(value.source, value.ignoreCase, bind);
  const like = value.parts.map((part) => fold(part).replace(/[\\%_]/g, '\\$&')).join('%');
  return (text) => `lower(${text}) LIKE ${bind(like)} ESCAPE '\\'`;
}

function regexTest(source: string, ignoreCase: boolean, bind: Bind): SqlTest {
  const checked = checkRegex(source);
  if (!checked.ok) return never;
  return (text) =>
    `regexp_matches(left(${text}, ${regexReach}), ${bind(checked.source)}, '${ignoreCase ? 'si' : 's'}')`;
}

/** Tests on a text: words at the edges of words, patterns, regexes; any of several words. */
export function wordsTest(value: KqlValue, bind: Bind): SqlTest {
  if (value.type === 'regex') return regexTest(value.source, value.ignoreCase, bind);
  const patterns =
    value.type === 'words'
      ? value.words.map((word) => [word])
      : value.type === 'literal'
        ? [[value.text]]
        : [value.parts];
  const tests = patterns.map((parts) => containsTest(parts.map(fold), bind));
  return (text) => anyOf(tests.map((test) => test(text)));
}

function containsTest(parts: readonly string[], bind: Bind): SqlTest {
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  const before = startsWithWord(first) ? '(?:^|[^\\p{L}\\p{N}_])' : '';
  const after = endsWithWord(last) ? '(?:$|[^\\p{L}\\p{N}_])' : '';
  const longest = parts.reduce((a, b) => (b.length > a.length ? b : a));
  const pattern = before + parts.map(quote).join('.*') + after;
  const contains = (text: string): string => `contains(lower(${text}), ${bind(longest)})`;
  if (parts.length === 1 && before === '' && after === '') return contains;
  // A plain search first: the regex then sees few texts.
  return (text) =>
    `CASE WHEN ${contains(text)} THEN regexp_matches(lower(${text}), ${bind(pattern)}, 's') ELSE FALSE END`;
}

/** A literal inside an RE2 pattern; NUL can't stand there as itself. */
const quote = (text: string): string =>
  text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll('\0', '\\x00');

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
      test: (text) => `${numberSql(text)} ${operator} ${bind(bound)}`,
      onNumber: (column) => `${column} ${operator} ${bind(bound)}`,
      onTime: never,
    };
  }
  return { over: 'text', test: (text) => `lower(${text}) ${operator} ${bind(fold(value))}` };
}
