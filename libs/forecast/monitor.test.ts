import { describe, expect, it } from 'vitest';
import { createMonitor, type Expectation } from './monitor.ts';
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

/** A daily swing of half its level with 5 % noise, a value a minute. */
function watch(days: number, changes: readonly Change[], { remembers = 0, seed = 5 } = {}): Expectation[] {
  const monitor = createMonitor({ step: minute });
  const normal = normals(seed);
  let noise = 0;
  return Array.from({ length: days * day }, (_, i) => {
    noise = remembers * noise + Math.sqrt(1 - remembers ** 2) * normal() * 0.05;
    const change = changes.find(({ at, minutes }) => i >= at && i < at + minutes);
    const value = 1000 * (1 + 0.5 * Math.sin((2 * Math.PI * i) / day)) * (1 + noise) * (change?.factor ?? 1);
    return monitor.observe(start + i * minute, value);
  });
}

/** Minutes in which an alert fires: out of the band for three, until it was within for ten. */
function firing(seen: readonly Expectation[]): boolean[] {
  let run = 0;
  let last = Number.NEGATIVE_INFINITY;
  let fires = false;
  return seen.map(({ score }, i) => {
    run = score > 1 ? run + 1 : 0;
    if (score > 1) last = i;
    fires = run >= 3 || (fires && i - last < 10);
    return fires;
  });
}

const begins = (fires: readonly boolean[], from: number): number =>
  fires.filter((each, i) => i >= from && each && fires[i - 1] !== true).length;

describe('what is usual', () => {
  it('is known after two days, and its band holds 99 % of it', () => {
    const seen = watch(10, []).slice(4 * day);
    const outside = seen.filter(({ score }) => score > 1).length / seen.length;
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
  it.each([
    ['20 % up at the peak', { at: 7 * day + 360, minutes: 120, factor: 1.2 }],
    ['20 % down at the peak', { at: 7 * day + 360, minutes: 120, factor: 0.8 }],
    ['20 % up at the trough', { at: 7 * day + 1_080, minutes: 120, factor: 1.2 }],
    ['20 % down at the trough', { at: 7 * day + 1_080, minutes: 120, factor: 0.8 }],
    ['to three times at the peak', { at: 7 * day + 360, minutes: 60, factor: 3 }],
    ['to three tenths at the trough', { at: 7 * day + 1_080, minutes: 60, factor: 0.3 }],
  ])('of %s is alerted within six minutes, and held', (_, change) => {
    const fires = firing(watch(8, [change])).slice(change.at, change.at + change.minutes);
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
    expect(monitor.observe(start + (day + 1) * minute, 1250).score).toBeGreaterThan(1);
    expect(monitor.observe(start + (day + 2) * minute, 0).score).toBeLessThanOrEqual(1);
  });
});
