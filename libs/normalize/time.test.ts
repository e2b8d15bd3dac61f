import { expect, test } from 'vitest';
import { monthOf, newestYear, parseTime, wallClock } from './time.ts';

const utc = wallClock('UTC');
const iso = (value: Parameters<typeof parseTime>[0], clock = utc): string | undefined => {
  const time = parseTime(value, clock);
  return time === undefined ? undefined : new Date(time).toISOString();
};

test.each([
  ['2026-11-21T09:08:01Z', '2026-11-21T09:08:01.000Z'],
  ['2026-11-21T09:08:01.123456789Z', '2026-11-21T09:08:01.123Z'],
  ['2026-11-21T09:08:01,5+02:00', '2026-11-21T07:08:01.500Z'],
  ['2026-11-21 09:08:01.25 -0330', '2026-11-21T12:38:01.250Z'],
  ['2026-11-21T09:08+01', '2026-11-21T08:08:00.000Z'],
  ['2026-11-21 09:08:01 UTC', '2026-11-21T09:08:01.000Z'],
  ['2026-11-21 09:08:01', '2026-11-21T09:08:01.000Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  [1795252081, '2026-11-21T09:08:01.000Z'],
  [1795252081.25, '2026-11-21T09:08:01.250Z'],
  [1795252081250, '2026-11-21T09:08:01.250Z'],
  ['1795252081250', '2026-11-21T09:08:01.250Z'],
  [1795252081250000, '2026-11-21T09:08:01.250Z'],
])('%j is %s', (value, expected) => expect(iso(value)).toBe(expected));

test.each([
  '',
  '-',
  'yesterday',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-11-21T24:00:00Z',
  '1601-01-01T00:00:00Z',
  '2026-11-21',
  '12',
  12,
  Number.NaN,
  null,
  true,
  [],
])('%j is no time', (value) => expect(iso(value)).toBeUndefined());

test('a stamp without a zone is read by the clock, on both sides of a change of clocks', () => {
  const athens = wallClock('Europe/Athens');
  expect(iso('2026-07-01 12:00:00', athens)).toBe('2026-07-01T09:00:00.000Z');
  expect(iso('2026-12-01 12:00:00', athens)).toBe('2026-12-01T10:00:00.000Z');
  expect(iso('2026-03-29 02:59:59', athens)).toBe('2026-03-29T00:59:59.000Z');
  expect(iso('2026-03-29 04:00:00', athens)).toBe('2026-03-29T01:00:00.000Z');
});

test('an unknown zone is refused with its name', () => {
  expect(() => wallClock('Europe/Atlantis')).toThrow('Europe/Atlantis');
});

test.each([
  ['2027-01-01T00:10:00Z', 11, 31, 2026],
  ['2026-12-31T23:50:00Z', 0, 1, 2027],
  ['2026-11-21T00:00:00Z', 10, 20, 2026],
  ['2026-03-01T00:00:00Z', 9, 1, 2025],
  ['2027-03-02T00:00:00Z', 1, 29, 2024],
  ['2026-11-21T10:00:00Z', 0, 2, 2026],
  ['2026-02-10T00:00:00Z', 2, 1, 2025],
])('received %s, month %i day %i is of %i', (received, month, day, year) =>
  expect(newestYear(Date.parse(received), month, day)).toBe(year),
);

test('months are found by their whole name only', () => {
  expect(['Jan', 'Dec', 'anF', 'Foo', ''].map(monthOf)).toEqual([0, 11, -1, -1, -1]);
});
