import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createIsoClock, isoTime } from './time.ts';

const times = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });

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
  '2026-02-29T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-11-21',
  '',
])('reads %j as Date does', (text) => {
  expect(isoTime(text)).toBe(Date.parse(text));
});
