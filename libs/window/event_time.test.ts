import { describe, expect, it } from 'vitest';
import { eventTime } from './event_time.ts';

describe('event time', () => {
  const ingested = Date.UTC(2026, 5, 1);
  it.each([
    ['a past time', ingested - 3_600_000, { time: ingested - 3_600_000, flagged: false }],
    ['the allowed skew', ingested + 300_000, { time: ingested + 300_000, flagged: false }],
    ['just beyond it', ingested + 300_001, { time: ingested + 300_000, flagged: true }],
    ['the year 2099', Date.UTC(2099, 0, 1), { time: ingested + 300_000, flagged: true }],
    ['no time', Number.NaN, { time: ingested, flagged: true }],
    ['infinity', Number.POSITIVE_INFINITY, { time: ingested, flagged: true }],
  ])('%s', (_, timestamp, expected) => {
    expect(eventTime({ timestamp, ingested })).toEqual(expected);
  });

  it('takes another skew', () => {
    expect(eventTime({ timestamp: 20, ingested: 10, allowedSkewMs: 5 })).toEqual({ time: 15, flagged: true });
  });
});
