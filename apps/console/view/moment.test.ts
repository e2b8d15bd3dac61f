import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ago, duration, fullTime, minuteTime, shortTime } from './moment.ts';
import { showIn } from './wall-clock.ts';

beforeAll(() => showIn('Europe/Berlin'));
afterAll(() => showIn(null));

// Clocks there show noon.
const now = Date.UTC(2026, 10, 21, 11);

it.each([
  [Date.UTC(2026, 10, 21, 8, 5, 7), '09:05:07'],
  [Date.UTC(2026, 10, 20, 23), '00:00:00'],
  [Date.UTC(2026, 10, 20, 22, 59, 59), '20 Nov 23:59:59'],
  [Date.UTC(2026, 6, 1, 10), '01 Jul 12:00:00'],
  [Date.UTC(2025, 11, 31, 22, 59), '31 Dec 2025'],
])('shortens %d', (time, text) => expect(shortTime(time, now)).toBe(text));

it('writes a moment in full, with the offset of then', () => {
  expect(fullTime(now + 42)).toBe('2026-11-21 12:00:00.042 UTC+01:00');
  expect(minuteTime(Date.UTC(2026, 6, 1, 10))).toBe('2026-07-01 12:00 UTC+02:00');
});

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
