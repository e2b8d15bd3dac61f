import { describe, expect, it } from 'vitest';
import type { Measured } from './measure.ts';
import { outlookOf } from './outlook.ts';

const day = 86_400_000;
const hour = 3_600_000;
const now = Date.UTC(2026, 2, 16, 12);
const GiB = 1024 ** 3;

const row = (more: Partial<Measured>): Measured => ({
  store: 'events',
  place: '/data',
  bytes: 0,
  held: 0,
  budget: 100 * GiB,
  share: 0,
  slows: 'intake',
  ...more,
});

const series = (hours: readonly number[], minutes: readonly number[] = []) => ({
  hours: () => Float64Array.from(hours),
  minutes: () => Float64Array.from(minutes),
});
const line = (count: number, step: number) => Array.from({ length: count }, (_, i) => i * step);
const never = () => undefined;

describe('the outlook of a store', () => {
  it('is not known with too little history', () => {
    expect(outlookOf(row({}), series([1, 2, 3], [1, 2, 3, 4]), never, now)).toBeUndefined();
  });

  it('follows the longest increments that there are, and looks no further than they allow', () => {
    const perHour = GiB / 24;
    const at = (hours: number) =>
      outlookOf(row({ held: 10 * GiB }), series(line(hours, perHour), line(60, perHour / 60)), never, now);
    expect(at(3)).toMatchObject({ basis: 'minutes', until: now + 6 * hour });
    expect(at(30)).toMatchObject({ basis: 'hours', until: now + 2 * day });
    const days = at(200);
    expect(days).toMatchObject({ basis: 'days', until: now + 90 * day });
    expect(days?.growth.likely).toBeCloseTo(GiB, -3);
    expect(days?.likely).toBeCloseTo(now + 90 * day, -3);
    expect(at(1_000)).toMatchObject({ basis: 'weeks', until: now + 400 * day });
  });

  it('levels off where retention takes as much as comes', () => {
    // A GiB a day, kept for 10 days: 11 partitions at the most.
    const partitions = new Map(
      Array.from({ length: 5 }, (_, i) => [
        `web/${new Date(now - i * day).toISOString().slice(0, 10)}`,
        (i === 0 ? 0.5 : 1) * GiB,
      ]),
    );
    const store = row({ held: 4.5 * GiB, partitions });
    const life = () => 10 * day;
    const history = series(line(24 * 10, GiB / 24));
    const kept = outlookOf(store, history, life, now);
    expect(kept).toMatchObject({ basis: 'days' });
    expect(kept?.soonest).toBeUndefined();
    expect((kept?.peak ?? 0) / GiB).toBeGreaterThan(10.4);
    expect((kept?.peak ?? 0) / GiB).toBeLessThan(11.6);
    const small = outlookOf({ ...store, budget: 8 * GiB }, history, life, now);
    expect(((small?.likely ?? 0) - now) / day).toBeCloseTo(3.5, 1);
    const unlimited = outlookOf({ ...store, budget: 50 * GiB }, history, never, now);
    expect(((unlimited?.likely ?? 0) - now) / day).toBeCloseTo(45.5, 1);
  });

  it('sees a surge that days do not know yet', () => {
    const calm = line(24 * 10, GiB / 24);
    const minutes = line(60, GiB / 6);
    const outlook = outlookOf(row({ held: 50 * GiB }), series(calm, minutes), never, now);
    expect(outlook).toMatchObject({ basis: 'minutes' });
    expect(((outlook?.likely ?? 0) - now) / hour).toBeCloseTo(5, 1);
  });
});
