import { describe, expect, it } from 'vitest';
import { ago, duration, fullTime, offsetLabel, shortTime } from './moment.ts';

const at = (...parts: [number, number, number, number, number, number?]): number =>
  new Date(...parts).getTime();
const now = at(2026, 10, 21, 12, 0, 0);

it.each([
  [at(2026, 10, 21, 9, 5, 7), '09:05:07'],
  [at(2026, 10, 20, 23, 59, 59), '20 Nov 23:59:59'],
  [at(2025, 0, 2, 3, 4, 5), '02 Jan 2025'],
])('shortens %d', (time, text) => expect(shortTime(time, now)).toBe(text));

it('writes a moment in full', () => expect(fullTime(now + 42)).toBe('2026-11-21 12:00:00.042'));

describe('duration', () => {
  it.each([
    [-5, '0 ms'],
    [320, '320 ms'],
    [41_999, '41 s'],
    [60_000, '1 min'],
    [7_500_000, '2 h 5 min'],
    [47 * 3_600_000, '47 h'],
    [49 * 3_600_000, '2 d 1 h'],
  ])('of %d ms', (ms, text) => expect(duration(ms)).toBe(text));
});

describe('ago', () => {
  it.each([
    [1_000, 'just now'],
    [42_000, '42 s ago'],
    [300_000, '5 min ago'],
    [7_200_000, '2 h ago'],
    [3 * 86_400_000, '3 d ago'],
    [-7_200_000, 'in 2 h'],
  ])('%d ms before', (before, text) => expect(ago(now - before, now)).toBe(text));
});

it.each([
  [0, 'UTC'],
  [-60, 'UTC+01:00'],
  [210, 'UTC−03:30'],
])('labels an offset of %d minutes', (minutes, text) => expect(offsetLabel(minutes)).toBe(text));
