import { parseCidr } from './address.ts';
import type { RangeOperator } from './ast.ts';
import type { DslBounds, DslType } from './dsl.ts';
import { and, any, anyCase, type Dsl, ignored, maxRegexp, none, not, regexp } from './dsl_clauses.ts';
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

/** A value that equals; undefined where the index only knows whether there is one. */
export function equalBounds(path: string, type: DslType, wanted: string): DslBounds | undefined {
  const number = isNumeric(wanted) ? Number(wanted) : undefined;
  const moment = wanted.startsWith('now') ? undefined : parseMoment(wanted, 0);
  if (type === 'number') {
    if (number === undefined) return { may: ignored(path), sure: none };
    if (Math.abs(number) > beyond) return undefined;
    const equal: Dsl = { term: { [path]: number } };
    return { may: any([equal, ignored(path)]), sure: equal };
  }
  if (type === 'date') {
    if (moment === undefined) return { may: ignored(path), sure: none };
    return timeBounds(path, [
      ['gte', moment.from],
      ['lt', moment.to],
    ]);
  }
  const field = spelling(path, type);
  if (field === undefined) return undefined;
  const same = sameText(field, wanted);
  const network = parseCidr(wanted);
  if (network !== undefined && type === 'address') {
    // Not in its own notation, which the index doesn't take of mapped addresses.
    const within: Dsl = { range: { [path]: { gte: grouped(network.from), lte: grouped(network.to) } } };
    return exactly(any([within, same.may]));
  }
  const more: Dsl[] = [];
  if (network !== undefined) more.push(regexp(field, '[0-9a-fA-F:.]+'));
  if (moment !== undefined) more.push(regexp(field, `(${datesAround(moment.from, moment.to)}).*`));
  if (number !== undefined && String(number) !== wanted) more.push(regexp(field, anyCase(String(number))));
  return more.length === 0 ? same : { may: any([same.may, ...more]), sure: same.sure };
}

/** An address key as IPv6 is written. */
const grouped = (key: string): string => (key.match(/.{4}/g) ?? []).join(':');

/** The days that a time may be written as, whatever its zone. */
function datesAround(from: number, to: number): string {
  const days = Array.from({ length: Math.ceil((to - from) / day) + 2 }, (_, i) =>
    new Date(from + (i - 1) * day).toISOString().slice(0, 10),
  );
  return days.map(anyCase).join('|');
}

/** The whole value, in any case. */
function sameText(field: string, wanted: string): DslBounds {
  const letters = anyCase(wanted);
  if (letters.length <= maxRegexp) return exactly(regexp(field, letters));
  return {
    may: regexp(field, `${startOf(wanted)}.*`),
    sure: { term: { [field]: { value: wanted, case_insensitive: true } } },
  };
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

/** A value that a regex finds something in: Lucene reads regexes otherwise, so the predicate decides. */
export function regexBounds(path: string, type: DslType): DslBounds | undefined {
  const field = spelling(path, type);
  return field === undefined ? undefined : { may: { exists: { field } }, sure: none };
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
