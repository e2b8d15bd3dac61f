import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  absoluteRange,
  dayRanges,
  defaultRange,
  presets,
  rangeLabel,
  resolveRange,
  resolveTime,
  toLocalInput,
  zoomOut,
} from './time-range.ts';
import { momentOf, showIn } from './wall-clock.ts';

beforeAll(() => showIn('America/New_York'));
afterAll(() => showIn(null));

// Clocks there show noon.
const now = Date.UTC(2026, 10, 21, 17);
const hour = 3_600_000;

describe('resolveTime', () => {
  it.each([
    ['now', now],
    ['now-15m', now - 15 * 60_000],
    ['now-2w', now - 14 * 24 * hour],
    ['1790000000000', 1_790_000_000_000],
    ['2026-11-21T09:00:00.000Z', Date.UTC(2026, 10, 21, 9)],
  ])('reads %s', (text, expected) => expect(resolveTime(text, now)).toBe(expected));

  it.each(['', 'yesterday', 'now+1h', 'now-1y', '5', '2026-13-45', 'now-'])('refuses %j', (text) =>
    expect(resolveTime(text, now)).toBeUndefined(),
  );
});

describe('resolveRange', () => {
  it('refuses ends the wrong way round', () => {
    expect(resolveRange({ from: 'now', to: 'now-1h' }, now)).toBeUndefined();
    expect(resolveRange({ from: 'now-1h', to: 'now' }, now)).toEqual({ from: now - hour, to: now });
  });
});

describe('rangeLabel', () => {
  it('names every preset', () => {
    for (const { from, label } of presets) expect(rangeLabel({ from, to: 'now' }, now)).toBe(label);
  });
  it.each([
    [{ from: 'now-3h', to: 'now' }, 'Last 3 hours'],
    [{ from: 'now-1d', to: 'now' }, 'Last day'],
    [absoluteRange(now - hour, now), '21 Nov 11:00 – 12:00'],
    [absoluteRange(now - 25 * hour, now + 5_000), '20 Nov 11:00 – 21 Nov 12:00:05'],
    [absoluteRange(now - 365 * 24 * hour, now), '21 Nov 2025 12:00 – 21 Nov 12:00'],
    [{ from: 'soon', to: 'now' }, 'soon – now'],
  ])('labels %j', (range, label) => expect(rangeLabel(range, now)).toBe(label));
});

describe('zoomOut', () => {
  it('doubles the width and never passes now', () => {
    const range = resolveRange(zoomOut({ from: 'now-1h', to: 'now' }, now), now);
    expect(range).toEqual({ from: now - 2 * hour, to: now });
  });
  it('grows to both sides in the past', () => {
    const range = resolveRange(zoomOut(absoluteRange(now - 10 * hour, now - 8 * hour), now), now);
    expect(range).toEqual({ from: now - 11 * hour, to: now - 7 * hour });
  });
  it('falls back where the range is broken', () =>
    expect(zoomOut({ from: 'x', to: 'y' }, now)).toEqual(defaultRange));
});

it('writes what clocks show for the input and reads it back', () => {
  expect(toLocalInput(now)).toBe('2026-11-21T12:00:00');
  expect(momentOf(toLocalInput(now))).toBe(now);
});

it('knows the days of the calendar, also those of 25 hours', () => {
  const [today, yesterday] = dayRanges(Date.UTC(2026, 10, 2, 17));
  expect(today?.range).toEqual({ from: '2026-11-02T05:00:00.000Z', to: 'now' });
  expect(yesterday?.range).toEqual({ from: '2026-11-01T04:00:00.000Z', to: '2026-11-02T05:00:00.000Z' });
  expect(rangeLabel(yesterday?.range ?? defaultRange, now)).toBe('1 Nov 00:00 – 2 Nov 00:00');
});
