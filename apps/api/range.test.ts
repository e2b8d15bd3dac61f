import { describe, expect, it } from 'vitest';
import { histogramStep, resolveRange, resolveTime } from './range.ts';

const now = Date.UTC(2026, 0, 5, 12, 30);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('times', () => {
  it.each([
    ['now', now],
    ['now-15m', now - 15 * minute],
    ['now+1h', now + hour],
    ['now-7d', now - 7 * day],
    ['now-2w', now - 14 * day],
    ['now/d', Date.UTC(2026, 0, 5)],
    ['1767614400000', 1_767_614_400_000],
    ['2026-01-05T10:00:00.250Z', Date.UTC(2026, 0, 5, 10, 0, 0, 250)],
    ['2026-01-05T10:00:00+02:00', Date.UTC(2026, 0, 5, 8)],
    ['2026-01-05', Date.UTC(2026, 0, 5)],
  ])('reads %s', (text, time) => expect(resolveTime(text, now)).toBe(time));

  it.each([
    '',
    'yesterday',
    'now-',
    'now-15',
    'now-15x',
    'now-9999999d',
    '-5',
    '1e3',
    '9999999999999999',
    '2026-13-01',
    '5 Jan 2026',
  ])('refuses %j', (text) =>
    expect(() => resolveTime(text, now)).toThrowError(expect.objectContaining({ code: 'TIME_INVALID' })),
  );

  it.each([
    ['now', 'now'],
    ['now', 'now-1m'],
  ])('refuses %s to %s', (from, to) =>
    expect(() => resolveRange({ from, to }, now)).toThrowError(
      expect.objectContaining({ code: 'RANGE_EMPTY' }),
    ),
  );
});

describe('histogram steps', () => {
  it.each([
    [minute, 60, 1_000],
    [15 * minute, 60, 15_000],
    [24 * hour, 60, 30 * minute],
    [7 * day, 60, 3 * hour],
    [365 * day, 60, 7 * day],
    [1, 500, 1_000],
    [60 * 365 * day, 10, 2_190 * day],
  ])('of %i ms in %i buckets are %i ms', (width, buckets, step) => {
    expect(histogramStep({ from: now - width, to: now }, buckets)).toBe(step);
  });

  it('never make many more buckets than asked for', () => {
    for (let width = 1; width < 8.64e15; width *= 7)
      for (const buckets of [1, 60, 500])
        expect(width / histogramStep({ from: 0, to: width }, buckets)).toBeLessThanOrEqual(buckets);
  });
});
