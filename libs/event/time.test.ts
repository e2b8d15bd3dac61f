import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createIsoClock, isoTime } from './time.ts';

// Years of four digits; `Date.UTC` takes those below 100 for others.
const times = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });

it('writes times as Date does, in any order', () => {
  const iso = createIsoClock();
  fc.assert(
    fc.property(times, (ms) => {
      expect(iso(ms)).toBe(new Date(ms).toISOString());
    }),
  );
});

it('reads what it writes', () => {
  fc.assert(
    fc.property(times, (ms) => {
      expect(isoTime(new Date(ms).toISOString())).toBe(ms);
    }),
  );
});

it.each([
  ['2024-02-29T00:00:00.000Z', Date.UTC(2024, 1, 29)],
  ['2026-11-21T10:00:00+02:00', Date.UTC(2026, 10, 21, 8)],
  ['2026-11-21T10:00:00.1234567Z', Date.UTC(2026, 10, 21, 10, 0, 0, 123)],
  ['1969-12-31T23:59:59.999Z', -1],
  ['2026-11-21', Date.UTC(2026, 10, 21)],
  ['2026-11-21T10:00:00', Date.UTC(2026, 10, 21, 10)],
])('reads %s', (text, expected) => expect(isoTime(text)).toBe(expected));

it.each([
  '2026-02-29T00:00:00.000Z',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00.000Z',
  '1',
  'Nov 21 2026',
  '',
])('finds no time in %j', (text) => expect(isoTime(text)).toBeNaN());
