import { expect, it } from 'vitest';
import { bytes, compact, count, plural } from './quantity.ts';

it.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1 k'],
  [1_234, '1.2 k'],
  [45_600, '46 k'],
  [999_950, '1 M'],
  [3_140_000, '3.1 M'],
  [12_000_000_000, '12 G'],
])('compacts %d', (value, text) => expect(compact(value)).toBe(text));

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [98_221_000, '93.7 MiB'],
  [5 * 1024 ** 4, '5.0 TiB'],
])('writes %d bytes', (value, text) => expect(bytes(value)).toBe(text));

it('counts things', () => {
  expect(count(1_234_567)).toBe('1,234,567');
  expect(plural(1, 'alert')).toBe('1 alert');
  expect(plural(2, 'match', 'matches')).toBe('2 matches');
});
