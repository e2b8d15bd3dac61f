import type { CorrelationExplanation } from '@tidewatch/api/schemas';
import { bytes, count, plural } from './quantity.ts';

const units: readonly (readonly [milliseconds: number, name: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** A timespan as people say it: `5 minutes`, `36 hours`. */
export function timespan(milliseconds: number): string {
  const [size, name] = units.find(([each]) => milliseconds >= each && milliseconds % each === 0) ?? [
    1_000,
    'second',
  ];
  return plural(Math.round(milliseconds / size), name);
}

const measures: Readonly<Record<string, string>> = {
  value_sum: 'the sum',
  value_avg: 'the mean',
  value_median: 'the median',
  value_percentile: 'the percentile',
};

const titles = (rules: CorrelationExplanation['rules']): string[] => [
  ...new Set(rules.map(({ title }) => `“${title}”`)),
];

/** Why a correlation fired, in one sentence. */
export function correlationSentence(found: CorrelationExplanation): string {
  const { type, condition, fields, rules, value, events } = found;
  const within = `within ${timespan(found.timespanMs)}`;
  const names = titles(rules);
  if (found.comparison !== undefined) return comparedSentence(found, found.comparison);
  if (found.journey !== undefined) return journeySentence(found.journey);
  const bounds = boundsWords(condition);
  const asked = bounds ?? condition;
  switch (type) {
    case 'event_count':
      return `Fired because ${plural(events, 'event')} of ${names.join(' or ')} came, where ${asked} ${within} were asked for.`;
    case 'value_count':
      return `Fired because ${plural(value ?? 0, 'different value')} of ${fields.join(' and ')} came ${within} (${asked} asked for), in ${plural(events, 'event')}.`;
    case 'temporal_ordered':
      return condition === 'all' || bounds !== undefined
        ? `Fired because ${names.join(', then ')} came in this order ${within}.`
        : `Fired because what came of ${names.join(', ')} in this order ${within} fulfils “${condition}”.`;
    case 'temporal':
      if (condition === 'all') return `Fired because ${names.join(', ')} all came ${within}.`;
      return bounds === undefined
        ? `Fired because what came of ${names.join(', ')} ${within} fulfils “${condition}”.`
        : `Fired because ${bounds} of ${names.join(', ')} came ${within}.`;
    default:
      return `Fired because ${measures[type] ?? 'the measure'} of ${fields.join(' and ')} was ${count(value ?? 0)} (${asked} asked for) ${within}, in ${plural(events, 'event')}.`;
  }
}

const operators: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'fewer than',
  '=': 'exactly',
  '!=': 'other than',
};

/** `>= 3 and < 9` as `at least 3 and fewer than 9`; undefined where it is no comparison but an expression over rules. */
function boundsWords(condition: string): string | undefined {
  const words = condition.split(' and ').map((bound) => {
    const [, operator = '', number] = /^([<>=!]+) (-?[\d.e+-]+)$/.exec(bound) ?? [];
    return operators[operator] && number !== undefined && `${operators[operator]} ${count(Number(number))}`;
  });
  return words.every((word) => word !== undefined) ? words.join(' and ') : undefined;
}

type Comparison = NonNullable<CorrelationExplanation['comparison']>;

/** How much came in a window, and how that compares with earlier ones. */
function comparedSentence(found: CorrelationExplanation, comparison: Comparison): string {
  const { type, fields, value, timespanMs } = found;
  const what =
    type === 'event_count' ? 'number of events' : `${measured[type] ?? 'value'} of ${fields.join(' and ')}`;
  const amount = (of: number): string => quantity(of, fields);
  const { baseline, seen } = comparison;
  const beside = `the ${comparison.with} (${amount(baseline)}; ${plural(seen, 'earlier window')} seen)`;
  const now = value ?? 0;
  const relation =
    baseline > 0 ? `${ratio(now / baseline)} times ${beside}` : `${amount(now - baseline)} beyond ${beside}`;
  return `Fired because the ${what} was ${amount(now)} in ${timespan(timespanMs).replace(/^1 /, 'one ')}, ${relation}.`;
}

const measured: Readonly<Record<string, string>> = {
  value_count: 'number of different values',
  value_sum: 'sum',
  value_avg: 'mean',
};

const quantity = (value: number, fields: readonly string[]): string =>
  value >= 0 && fields.length === 1 && /bytes$/i.test(fields[0] as string)
    ? bytes(value)
    : amountFormat.format(value);

const amountFormat = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const ratioFormat = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 2 });
const ratio = (value: number): string =>
  value >= 100 ? count(Math.round(value)) : ratioFormat.format(value);

function journeySentence({ from, to, km }: NonNullable<CorrelationExplanation['journey']>): string {
  const place = ({ lat, lon }: typeof from): string => `${lat}, ${lon}`;
  const taken = to.time - from.time;
  const way = `Fired because ${count(Math.round(km))} km lie between ${place(from)} and ${place(to)}`;
  if (taken === 0) return `${way}, and events came from both at the same time.`;
  const speed = count(Math.round((km / taken) * 3_600_000));
  return `${way}, and ${duration(taken)} between the events there: ${speed} km/h.`;
}

/** To the minute, below that to the second. */
function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes === 0) return plural(Math.max(1, Math.round(milliseconds / 1_000)), 'second');
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 && plural(hours, 'hour'), rest > 0 && plural(rest, 'minute')]
    .filter((part) => part !== false)
    .join(' ');
}

/** KQL for all events of the alert's group. */
export const groupQuery = (key: readonly { readonly field: string; readonly value: string }[]): string =>
  key.map(({ field, value }) => `${field}: ${JSON.stringify(value)}`).join(' and ');
