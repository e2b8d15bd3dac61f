import type { CorrelationExplanation } from '@tidewatch/api/schemas';
import { count, plural } from './quantity.ts';

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
  switch (type) {
    case 'event_count':
      return `Fired because ${plural(events, 'event')} of ${names.join(' or ')} came, where ${condition} ${within} was asked for.`;
    case 'value_count':
      return `Fired because ${plural(value ?? 0, 'different value')} of ${fields.join(' and ')} came ${within} (${condition}), in ${plural(events, 'event')}.`;
    case 'temporal_ordered':
      return `Fired because ${names.join(', then ')} came in this order ${within}.`;
    case 'temporal':
      return condition === 'all'
        ? `Fired because ${names.join(', ')} all came ${within}.`
        : `Fired because of ${names.join(', ')} what came ${within} fulfils “${condition}”.`;
    default:
      return `Fired because ${measures[type] ?? 'the measure'} of ${fields.join(' and ')} was ${count(value ?? 0)} (${condition}) ${within}, in ${plural(events, 'event')}.`;
  }
}

/** KQL for all events of the alert's group. */
export const groupQuery = (key: readonly { readonly field: string; readonly value: string }[]): string =>
  key.map(({ field, value }) => `${field}: ${JSON.stringify(value)}`).join(' and ');
