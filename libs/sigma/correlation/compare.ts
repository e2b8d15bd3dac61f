import { invalid, mapOf } from '../attribute.ts';
import { parseNumber } from '../modifiers.ts';
import { parseTimespan } from '../timespan.ts';
import type { Bound, Compare, CorrelationRule } from './rule.ts';

/** So many earlier windows of a group are kept at most: a week of windows of ten minutes. */
const mostWindows = 1_008;
/** Where nothing else is said, so many earlier windows of a mean must have been seen. */
const usualLeast = 3;

const compared: readonly CorrelationRule['type'][] = ['event_count', 'value_count', 'value_sum', 'value_avg'];
const operators = ['gt', 'gte', 'lt', 'lte'] as const;
const symbols = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/**
 * Reads `tidewatch: compare:`, which asks of a window how it compares with earlier ones of its group.
 *
 * @throws Rejection at the first thing that is not right
 */
export function parseCompare(
  value: unknown,
  { type, timespanMs }: Pick<CorrelationRule, 'type' | 'timespanMs'>,
): Compare {
  const at = 'tidewatch.compare';
  const section = mapOf(value, at, ['with', 'ratio', 'difference', 'least']);
  if (!compared.includes(type)) throw invalid(at, `only ${compared.join(', ')} can be compared`);
  const { kind, windows } = parseWith(section.with, timespanMs);
  const ratio = parseBounds(section.ratio, `${at}.ratio`);
  const difference = parseBounds(section.difference, `${at}.difference`);
  if (ratio.length + difference.length === 0)
    throw invalid(at, 'a comparison such as `ratio: { gte: 5 }` or `difference: { gte: 100 }` is needed');
  const most = kind === 'mean' ? windows : 1;
  const least = section.least === undefined ? Math.min(usualLeast, most) : parseNumber(section.least);
  if (least === null || !Number.isInteger(least) || least < 0 || least > most)
    throw invalid(`${at}.least`, `a whole number from 0 to ${most} is needed`);
  return { with: String(section.with).trim(), kind, windows, ratio, difference, least };
}

function parseWith(value: unknown, timespanMs: number): Pick<Compare, 'kind' | 'windows'> {
  const at = 'tidewatch.compare.with';
  const text = String(value ?? '').trim();
  const [, count] = /^mean of the last ([1-9]\d{0,8})$/.exec(text) ?? [];
  const [, ago] = /^same window (\w+) ago$/.exec(text) ?? [];
  const agoMs = ago === undefined ? null : parseTimespan(ago);
  if (count === undefined && agoMs === null)
    throw invalid(at, '`mean of the last 24` or `same window 7d ago` is needed');
  const windows = agoMs === null ? Number(count) : agoMs / timespanMs;
  if (!Number.isInteger(windows))
    throw invalid(at, 'windows follow one another without a gap, so it is a multiple of the timespan');
  if (windows > mostWindows)
    throw invalid(
      at,
      `it goes back ${windows} windows; at most ${mostWindows} are kept: lengthen the timespan`,
    );
  return { kind: agoMs === null ? 'mean' : 'same', windows };
}

function parseBounds(value: unknown, at: string): Bound[] {
  if (value === undefined || value === null) return [];
  const bounds = Object.entries(mapOf(value, at, operators)).map(([operator, written]): Bound => {
    const number = parseNumber(written);
    if (number === null) throw invalid(`${at}.${operator}`, 'a number is needed');
    return { operator: operator as (typeof operators)[number], number };
  });
  if (bounds.length === 0) throw invalid(at, 'a comparison such as `gte: 5` is needed');
  return bounds;
}

const boundText = ({ operator, number }: Bound): string =>
  `${symbols[operator as keyof typeof symbols]} ${number}`;

/** What has to hold, e.g. `>= 5 times the mean of the last 24`. */
export function compareText({ with: what, ratio, difference }: Compare): string {
  const times = ratio.map((bound) => `${boundText(bound)} times the ${what}`);
  const more = difference.map((bound) => `${boundText(bound)} beyond the ${what}`);
  return [...times, ...more].join(' and ');
}
