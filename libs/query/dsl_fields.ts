import { parseCidr } from './address.ts';
import type { RangeOperator } from './ast.ts';
import type { DslBounds, DslType } from './dsl.ts';
import {
  and,
  any,
  anyCase,
  type Dsl,
  escapeTerm,
  ignored,
  maxRegexp,
  none,
  not,
  regexp,
} from './dsl_clauses.ts';
import { luceneRegex } from './dsl_regex.ts';
import { isNumeric, momentBound } from './predicate.ts';
import { parseMoment } from './time.ts';

const exactly = (clause: Dsl): DslBounds => ({ may: clause, sure: clause });

const day = 86_400_000;
/** Beyond, neighbouring whole numbers are one number in JavaScript, and further on none that an index takes. */
const beyond = Number.MAX_SAFE_INTEGER;
/** A fraction or a large number, which wildcards see as text alone; a keyword doesn't say which it was. */
const fraction = '-?[0-9]+(\\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)|-?[0-9]{16,}';

/** The field that holds the values' spelling; undefined where none does. */
function spelling(path: string, type: DslType): string | undefined {
  if (type === 'keyword') return path;
  return type === 'address' ? `${path}.text` : undefined;
}

/** A value that equals one of those wanted; undefined where the index only knows whether there is one. */
export function equalBounds(path: string, type: DslType, wanted: readonly string[]): DslBounds | undefined {
  if (type === 'number') {
    const numbers = wanted.filter(isNumeric).map(Number);
    if (numbers.length === 0) return { may: ignored(path), sure: none };
    if (numbers.some((one) => Math.abs(one) > beyond)) return undefined;
    const equal: Dsl = { terms: { [path]: numbers } };
    return { may: any([equal, ignored(path)]), sure: equal };
  }
  if (type === 'date') {
    const times = wanted.flatMap(momentOf).map(({ from, to }) =>
      timeBounds(path, [
        ['gte', from],
        ['lt', to],
      ]),
    );
    return times.length === 0 ? { may: ignored(path), sure: none } : join(times);
  }
  const field = spelling(path, type);
  if (field === undefined) return undefined;
  const networks = wanted.flatMap((text) => parseCidr(text) ?? []);
  const same = sameText(field, wanted);
  if (type === 'address' && networks.length > 0) {
    // Not in its own notation, which the index doesn't take of mapped addresses.
    const within = networks.map(
      ({ from, to }): Dsl => ({ range: { [path]: { gte: grouped(from), lte: grouped(to) } } }),
    );
    return join([same, exactly(any(within))]);
  }
  const more: Dsl[] = [];
  if (networks.length > 0) more.push(regexp(field, '[0-9a-fA-F:.]+'));
  const days = wanted.flatMap(momentOf).flatMap(({ from, to }) => datesAround(from, to));
  const numbers = wanted.filter((text) => isNumeric(text) && String(Number(text)) !== text);
  more.push(...anyRegexp(field, [...new Set(days)], '.*'));
  more.push(
    ...anyRegexp(
      field,
      numbers.map((text) => anyCase(String(Number(text)))),
    ),
  );
  return more.length === 0 ? same : { may: any([same.may, ...more]), sure: same.sure };
}

const momentOf = (text: string) => (text.startsWith('now') ? [] : (parseMoment(text, 0) ?? []));

function join(bounds: readonly DslBounds[]): DslBounds {
  const may = any(bounds.map((one) => one.may));
  return bounds.every((one) => one.may === one.sure)
    ? exactly(may)
    : { may, sure: any(bounds.map((one) => one.sure)) };
}

/** One of many regexes, in as few clauses as they fit. */
function anyRegexp(field: string, sources: readonly string[], end = ''): Dsl[] {
  const made: string[] = [];
  for (const source of sources) {
    const last = made.at(-1);
    const joined = last === undefined ? undefined : `${last}|${source}`;
    if (joined !== undefined && joined.length + end.length + 2 <= maxRegexp) made[made.length - 1] = joined;
    else made.push(source);
  }
  return made.map((one) => regexp(field, end === '' ? one : `(${one})${end}`));
}

/** An address key as IPv6 is written. */
const grouped = (key: string): string => (key.match(/.{4}/g) ?? []).join(':');

/** The days that a time may be written as, whatever its zone. */
const datesAround = (from: number, to: number): string[] =>
  Array.from({ length: Math.ceil((to - from) / day) + 2 }, (_, i) =>
    anyCase(new Date(from + (i - 1) * day).toISOString().slice(0, 10)),
  );

/** One of the texts as the whole value, in any case. */
function sameText(field: string, wanted: readonly string[]): DslBounds {
  const [caseless, cased, long]: [string[], string[], string[]] = [[], [], []];
  for (const text of wanted) {
    const letters = anyCase(text);
    if (letters === escapeTerm(text)) caseless.push(text);
    else if (letters.length <= maxRegexp) cased.push(letters);
    else long.push(text);
  }
  const exact = [...anyRegexp(field, cased)];
  // A text without letters has one spelling.
  if (caseless.length > 0) exact.push({ terms: { [field]: caseless } });
  const of = exactly(any(exact));
  return long.length === 0
    ? of
    : join([
        ...(exact.length === 0 ? [] : [of]),
        ...long.map((text) => ({
          may: regexp(field, `${startOf(text)}.*`),
          sure: { term: { [field]: { value: text, case_insensitive: true } } },
        })),
      ]);
}

/** As much of a text as fits into a regex. */
function startOf(text: string): string {
  let made = '';
  for (const char of text) {
    const next = made + anyCase(char);
    if (next.length > maxRegexp - 10) break;
    made = next;
  }
  return made;
}

/** A value that a pattern of literal parts fits. */
export function patternBounds(path: string, type: DslType, parts: readonly string[]): DslBounds | undefined {
  const field = spelling(path, type);
  if (field === undefined) return undefined;
  const letters = parts.map(anyCase).join('.*');
  if (letters.length > maxRegexp) return { may: regexp(field, `${startOf(parts[0] ?? '')}.*`), sure: none };
  const fits = regexp(field, letters);
  if (/[^0-9.eE+-]/.test(parts.join(''))) return exactly(fits);
  return { may: fits, sure: and([fits, not(regexp(field, fraction))]) };
}

/** A value that a regex finds something in; the predicate decides where Lucene reads it otherwise. */
export function regexBounds(
  path: string,
  type: DslType,
  { source, ignoreCase }: { readonly source: string; readonly ignoreCase: boolean },
): DslBounds | undefined {
  const field = spelling(path, type);
  if (field === undefined) return undefined;
  const read = luceneRegex(source, ignoreCase);
  if (read === undefined || read.source.length > maxRegexp) return { may: { exists: { field } }, sure: none };
  const fits = regexp(field, read.source);
  return read.exact
    ? { may: fits, sure: and([fits, not(regexp(field, fraction))]) }
    : { may: fits, sure: none };
}

export function rangeBounds(
  path: string,
  type: DslType,
  operator: RangeOperator,
  value: string,
  now: number,
): DslBounds | undefined {
  const moment = parseMoment(value, now);
  if (moment !== undefined && type === 'date') {
    const { at, operator: compare } = momentBound(operator, moment);
    return timeBounds(path, [[compare === '<' ? 'lt' : 'gte', at]]);
  }
  const numeric = moment === undefined && isNumeric(value);
  if (type === 'number') {
    if (moment !== undefined) return { may: ignored(path), sure: none };
    if (!numeric || Math.abs(Number(value)) > beyond) return undefined;
    const within: Dsl = { range: { [path]: { [rangeNames[operator]]: Number(value) } } };
    return { may: any([within, ignored(path)]), sure: within };
  }
  const field = spelling(path, type);
  if (field === undefined) return undefined;
  if (moment !== undefined) return { may: regexp(field, '[0-9]{4}-[0-9]{2}-[0-9]{2}.*'), sure: none };
  return { may: numeric ? regexp(field, '-?[0-9].*') : { exists: { field } }, sure: none };
}

const rangeNames = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;
/** Furthest times that an index takes; whatever lies beyond is before or after all. */
const furthest = 253_402_300_799_999;

function timeBounds(path: string, limits: readonly (readonly ['gte' | 'lt', number])[]): DslBounds {
  const within: Dsl = {
    range: {
      [path]: {
        ...Object.fromEntries(
          limits.map(([name, at]) => [name, Math.min(furthest, Math.max(-furthest, Math.ceil(at)))]),
        ),
        format: 'epoch_millis',
      },
    },
  };
  // Times that stores insist on have no exceptions.
  return path === '@timestamp' ? exactly(within) : { may: any([within, ignored(path)]), sure: within };
}
