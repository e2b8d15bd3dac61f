import type { CorrelationExplanation } from '@tidewatch/api/schemas';
import { expect, it } from 'vitest';
import { correlationSentence, groupQuery, timespan } from './correlation.ts';

const found = (over: Partial<CorrelationExplanation>): CorrelationExplanation => ({
  engine: 'correlation',
  type: 'event_count',
  condition: '>= 10',
  fields: [],
  timespanMs: 300_000,
  from: 0,
  to: 1,
  events: 1_234,
  value: 10,
  rules: [
    { id: 'a', title: 'Password refused' },
    { id: 'b', title: 'Password accepted' },
  ],
  sample: [],
  ...over,
});

it.each([
  [
    {},
    'Fired because 1,234 events of “Password refused” or “Password accepted” came, where at least 10 within 5 minutes were asked for.',
  ],
  [
    { type: 'value_count', fields: ['user.name'], value: 5, condition: '>= 5', events: 9 },
    'Fired because 5 different values of user.name came within 5 minutes (at least 5 asked for), in 9 events.',
  ],
  [
    { type: 'temporal_ordered', timespanMs: 3_600_000 },
    'Fired because “Password refused”, then “Password accepted” came in this order within 1 hour.',
  ],
  [
    { type: 'temporal', condition: 'all' },
    'Fired because “Password refused”, “Password accepted” all came within 5 minutes.',
  ],
  [
    { type: 'temporal', condition: '>= 2' },
    'Fired because at least 2 of “Password refused”, “Password accepted” came within 5 minutes.',
  ],
  [
    { type: 'temporal', condition: '>= 1 and < 2' },
    'Fired because at least 1 and fewer than 2 of “Password refused”, “Password accepted” came within 5 minutes.',
  ],
  [
    { type: 'temporal', condition: 'a and not b' },
    'Fired because what came of “Password refused”, “Password accepted” within 5 minutes fulfils “a and not b”.',
  ],
  [
    { type: 'temporal_ordered', condition: '>= 2' },
    'Fired because “Password refused”, then “Password accepted” came in this order within 5 minutes.',
  ],
  [
    { type: 'value_sum', fields: ['bytes'], value: 5_000, condition: '> 1000', events: 2 },
    'Fired because the sum of bytes was 5,000 (more than 1,000 asked for) within 5 minutes, in 2 events.',
  ],
  [
    {
      type: 'value_sum',
      fields: ['source.bytes'],
      value: 149_000_000,
      timespanMs: 3_600_000,
      comparison: { with: 'mean of the last 24', baseline: 16_000_000, seen: 24, window: 0 },
    },
    'Fired because the sum of source.bytes was 142 MiB in one hour, 9.3 times the mean of the last 24 (15.3 MiB; 24 earlier windows seen).',
  ],
  [
    { value: 1_200, comparison: { with: 'same window 7d ago', baseline: 0, seen: 1, window: 0 } },
    'Fired because the number of events was 1,200 in 5 minutes, 1,200 beyond the same window 7d ago (0; 1 earlier window seen).',
  ],
  [
    {
      type: 'value_count',
      journey: {
        from: { lat: 59.91, lon: 10.75, time: 0 },
        to: { lat: 37.98, lon: 23.73, time: 5_400_000 },
        km: 2_606.4,
      },
    },
    'Fired because 2,606 km lie between 59.91, 10.75 and 37.98, 23.73, and 1 hour 30 minutes between the events there: 1,738 km/h.',
  ],
  [
    {
      type: 'value_count',
      journey: { from: { lat: 1, lon: 2, time: 5 }, to: { lat: 3, lon: 4, time: 5 }, km: 300 },
    },
    'Fired because 300 km lie between 1, 2 and 3, 4, and events came from both at the same time.',
  ],
])('says why: %j', (over, sentence) => {
  expect(correlationSentence(found(over))).toBe(sentence);
});

it.each([
  [1_000, '1 second'],
  [90_000, '90 seconds'],
  [129_600_000, '36 hours'],
  [604_800_000, '7 days'],
])('says %i ms as %s', (ms, words) => {
  expect(timespan(ms)).toBe(words);
});

it('asks for the events of a group', () => {
  expect(
    groupQuery([
      { field: 'source.ip', value: '10.0.0.1' },
      { field: 'user.name', value: 'a "b"' },
    ]),
  ).toBe('source.ip: "10.0.0.1" and user.name: "a \\"b\\""');
});
