import { describe, expect, it } from 'vitest';
import type { Expectation } from './expectation.ts';
import { createMonitor, type MonitorOptions, restoreMonitor } from './monitor.ts';
import { normals } from './normals.suite.ts';

const minute = 60;
const day = 1_440;
/** A Monday, midnight UTC. */
const start = Date.UTC(2026, 5, 1) / 1000;

interface Change {
  /** In minutes from the start. */
  readonly at: number;
  readonly minutes: number;
  readonly factor: number;
}

type Seen = Expectation & { readonly value: number };

/** A daily swing of half its level with 5 % noise, a value a minute, from a minute on. */
function watch(
  days: number,
  changes: readonly Change[],
  { remembers = 0, seed = 5, from = 0, monitor = createMonitor({ step: minute }) } = {},
): Seen[] {
  const normal = normals(seed);
  let noise = 0;
  return Array.from({ length: days * day }, (_, n) => {
    const i = from + n;
    noise = remembers * noise + Math.sqrt(1 - remembers ** 2) * normal() * 0.05;
    const change = changes.find(({ at, minutes }) => i >= at && i < at + minutes);
    const value = 1000 * (1 + 0.5 * Math.sin((2 * Math.PI * i) / day)) * (1 + noise) * (change?.factor ?? 1);
    return { ...monitor.observe(start + i * minute, value), value };
  });
}

/** Minutes in which an alert fires: out of its usual way for three, until it was within for ten. */
function firing(seen: readonly Expectation[]): boolean[] {
  let run = 0;
  let last = Number.NEGATIVE_INFINITY;
  let fires = false;
  return seen.map(({ score }, i) => {
    run = score > 1 ? run + 1 : 0;
    if (score > 1) last = i;
    fires = run >= 4 || (fires && i - last < 10);
    return fires;
  });
}

const begins = (fires: readonly boolean[], from: number): number =>
  fires.filter((each, i) => i >= from && each && fires[i - 1] !== true).length;

describe('what is usual', () => {
  it('is known after two days, and its band holds 99 % of it', () => {
    const seen = watch(10, []).slice(4 * day);
    const outside =
      seen.filter(({ value, lower, upper }) => value < lower || value > upper).length / seen.length;
    expect(outside).toBeGreaterThan(0.002);
    expect(outside).toBeLessThan(0.015);
    const off = seen.map(({ expected }, i) =>
      Math.abs(expected / (1000 * (1 + 0.5 * Math.sin((2 * Math.PI * i) / day))) - 1),
    );
    expect(off.reduce((sum, each) => sum + each, 0) / off.length).toBeLessThan(0.01);
  });

  it.each([0, 0.9])(
    'raises at most two false alerts a week where noise goes with that before it by %f',
    (remembers) => {
      const fires = firing(watch(14, [], { remembers }));
      expect(begins(fires, 7 * day)).toBeLessThanOrEqual(2);
    },
  );
});

describe('a step', () => {
  const week = createMonitor({ step: minute });
  watch(7, [], { monitor: week });
  const known = week.save();

  it.each([
    ['20 % up at the peak', { at: 7 * day + 360, minutes: 120, factor: 1.2 }],
    ['20 % down at the peak', { at: 7 * day + 360, minutes: 120, factor: 0.8 }],
    ['20 % up at the trough', { at: 7 * day + 1_080, minutes: 120, factor: 1.2 }],
    ['20 % down at the trough', { at: 7 * day + 1_080, minutes: 120, factor: 0.8 }],
    ['to three times at the peak', { at: 7 * day + 360, minutes: 60, factor: 3 }],
    ['to three tenths at the trough', { at: 7 * day + 1_080, minutes: 60, factor: 0.3 }],
  ])('of %s is alerted within six minutes, and held', (_, change) => {
    const monitor = restoreMonitor(known);
    const seen = watch(1, [change], {
      seed: 6,
      from: 7 * day,
      ...(monitor === undefined ? {} : { monitor }),
    });
    const fires = firing(seen).slice(change.at - 7 * day, change.at - 7 * day + change.minutes);
    expect(fires.indexOf(true)).toBeGreaterThanOrEqual(0);
    expect(fires.indexOf(true)).toBeLessThanOrEqual(6);
    expect(fires.filter(Boolean).length / fires.length).toBeGreaterThan(0.8);
  });

  it('that stays is the new level after six hours', () => {
    const at = 3 * day + 360;
    const fires = firing(watch(5, [{ at, minutes: 2 * day, factor: 2 }]));
    expect(fires[at + 5 * 60]).toBe(true);
    expect(fires.slice(at + 8 * 60, at + 20 * 60).filter(Boolean).length).toBeLessThan(60);
  });

  it('that goes again is forgotten: the day after is as expected', () => {
    const at = 3 * day + 360;
    const seen = watch(5, [{ at, minutes: 180, factor: 3 }]).slice(4 * day);
    expect(seen.filter(({ score }) => score > 1).length / seen.length).toBeLessThan(0.03);
  });
});

describe('a series', () => {
  it('that stops for a while is expected as before when it comes again', () => {
    const monitor = createMonitor({ step: minute });
    const value = (i: number): number => 1000 + 300 * Math.sin((2 * Math.PI * i) / day);
    for (let i = 0; i < 5 * day; i++) monitor.observe(start + i * minute, value(i) + (i % 7));
    const later = 5 * day + 600;
    const { expected } = monitor.observe(start + later * minute, value(later));
    expect(Math.abs(expected - value(later))).toBeLessThan(20);
  });

  it('that never changed is out of its band when it does', () => {
    const monitor = createMonitor({ step: minute });
    for (let i = 0; i < day; i++) monitor.observe(start + i * minute, 7);
    expect(monitor.observe(start + day * minute, 7).score).toBe(0);
    expect(monitor.observe(start + (day + 1) * minute, 8).score).toBeGreaterThan(1);
  });

  it('that was not measured says nothing', () => {
    const monitor = createMonitor({ step: minute });
    for (let i = 0; i < 100; i++) expect(monitor.observe(start + i * minute, Number.NaN).score).toBeNaN();
  });

  it('is out of its band only from the least deviation on, and on the side that counts', () => {
    const monitor = createMonitor({ step: minute, leastAbsolute: 100, direction: 'up' });
    for (let i = 0; i < day; i++) monitor.observe(start + i * minute, 1000 + (i % 5));
    expect(monitor.observe(start + day * minute, 1050).score).toBeLessThan(1);
    monitor.observe(start + (day + 1) * minute, 1250);
    expect(monitor.observe(start + (day + 2) * minute, 1250).score).toBeGreaterThan(1);
    for (let i = 3; i < 9; i++)
      expect(monitor.observe(start + (day + i) * minute, 0).score).toBeLessThanOrEqual(1);
  });
});

describe('a value', () => {
  const tens = 600;
  const perDay = 144;

  it('that does not come after the last one, or is no number, is not learnt', () => {
    const monitor = createMonitor({ step: tens });
    for (let i = 0; i < 3 * perDay; i++) monitor.observe(start + i * tens, 100 + (i % 7));
    const before = monitor.save();
    expect(monitor.observe(start, 1e6)).toMatchObject({ score: Number.NaN, basis: 'nothing' });
    expect(monitor.observe(Number.NaN, 1)).toMatchObject({ score: Number.NaN, basis: 'nothing' });
    expect(monitor.save()).toEqual(before);
    for (const [i, wild] of [Number.POSITIVE_INFINITY, -1e300, Number.NaN].entries())
      expect(monitor.observe(start + (3 * perDay + i) * tens, wild).score).toBeNaN();
    const { score, expected } = monitor.observe(start + (3 * perDay + 3) * tens, 103);
    expect(score).toBeLessThan(1);
    expect(Math.abs(expected - 103)).toBeLessThan(3);
  });

  it('alone is far off, and yet no alert', () => {
    const seen = watch(5, [{ at: 4 * day + 300, minutes: 1, factor: 4 }]);
    const { value, upper } = seen[4 * day + 300] as Seen;
    expect(value).toBeGreaterThan(2 * upper);
    expect(firing(seen.slice(4 * day))).not.toContain(true);
  });

  it('says what its expectation is made of: nothing, the level, and after two days the seasons', () => {
    const monitor = createMonitor({ step: tens });
    const made = Array.from({ length: 4 * perDay }, (_, i) => {
      const value = 100 + 40 * Math.sin((2 * Math.PI * i) / perDay) + (i % 5);
      return monitor.observe(start + i * tens, value).basis;
    });
    expect(made.filter((each, i) => each !== made[i - 1])).toEqual(['nothing', 'level', 'seasons']);
    expect(made.indexOf('seasons')).toBeGreaterThanOrEqual(2 * perDay);
  });
});

describe('a shift', () => {
  it('that somebody acknowledges is the new level at once', () => {
    const monitor = createMonitor({ step: minute });
    const at = 3 * day;
    watch(3, [], { monitor });
    const change = { at, minutes: day, factor: 2 };
    const hour = (from: number): Seen[] =>
      Array.from({ length: 60 }, (_, i) => {
        const value = 1000 * (1 + 0.5 * Math.sin((2 * Math.PI * (from + i)) / day)) * change.factor;
        return { ...monitor.observe(start + (from + i) * minute, value), value };
      });
    expect(firing(hour(at)).at(-1)).toBe(true);
    monitor.acknowledge();
    const after = hour(at + 60);
    expect(after.filter(({ score }) => score > 1)).toEqual([]);
    for (const { expected, value } of after) expect(Math.abs(expected / value - 1)).toBeLessThan(0.1);
  });
});

describe('clocks that change', () => {
  const tens = 600;
  /** Mean error of each of 13 days around a change in Vienna, relative to what people there would live by. */
  function errors(options: Partial<MonitorOptions>, change: number): number[] {
    const monitor = createMonitor({ step: tens, ...options });
    const normal = normals(9);
    const days = new Array<number>(13).fill(0);
    for (let i = 0; i < days.length * 144; i++) {
      const time = change + (i - 8 * 144) * tens;
      const [early, late] = [Date.UTC(2026, 2, 29, 1) / 1000, Date.UTC(2026, 9, 25, 1) / 1000];
      const local = time + (time >= early && time < late ? 7_200 : 3_600);
      const usual = 1000 * (1 + 0.6 * Math.sin((2 * Math.PI * local) / 86_400));
      const { expected } = monitor.observe(time, usual * (1 + 0.02 * normal()));
      const at = Math.floor(i / 144);
      days[at] = (days[at] ?? 0) + Math.abs(expected / usual - 1) / 144;
    }
    return days;
  }
  const changes = [Date.UTC(2026, 2, 29) / 1000, Date.UTC(2026, 9, 25) / 1000];

  it.each(changes)('move nothing where the zone is given (%i)', (change) => {
    const days = errors({ zone: 'Europe/Vienna' }, change);
    for (const error of days.slice(6)) expect(error).toBeLessThan(0.02);
  });

  it.each(changes)('are followed within a day where it is not (%i)', (change) => {
    const days = errors({}, change);
    expect(days[8]).toBeGreaterThan(0.03);
    for (const error of days.slice(9)) expect(error).toBeLessThan(0.02);
  });

  it('of a zone that nobody knows are refused', () =>
    expect(() => createMonitor({ step: tens, zone: 'Atlantis/Poseidonis' })).toThrow(RangeError));
});
