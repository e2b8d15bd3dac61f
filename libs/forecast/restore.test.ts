import { describe, expect, it } from 'vitest';
import { createMonitor, restoreMonitor } from './monitor.ts';
import { normals } from './normals.suite.ts';

const step = 300;
const day = 86_400 / step;
const start = Date.UTC(2026, 5, 1) / 1000;
const at = (i: number): number => start + i * step;

/** Days of a swing with noise, a gap, an incident and a shift that stays. */
function series(days: number): Float64Array {
  const normal = normals(11);
  return Float64Array.from({ length: days * day }, (_, i) => {
    const value = 100 * (1 + 0.4 * Math.sin((2 * Math.PI * i) / day)) * (1 + 0.03 * normal());
    if (i > 2 * day && i < 2 * day + 30) return Number.NaN;
    if (i > 4 * day && i < 4 * day + 20) return 3 * value;
    return i > 6 * day ? 2 * value : value;
  });
}

describe('a monitor that was saved', () => {
  const values = series(8);

  it.each([
    ['before anything came', 0],
    ['before it knows a band', 40],
    ['within an incident', 4 * day + 10],
    ['before a shift is accepted', 6 * day + 40],
  ])('%s goes on to the bit', (_, cut) => {
    const whole = createMonitor({ step });
    for (let i = 0; i < cut; i++) whole.observe(at(i), values[i] as number);
    const second = restoreMonitor(whole.save());
    const goOn = (monitor = whole): number[] =>
      Array.from(values.subarray(cut, cut + day + 20)).flatMap((value, i) =>
        Object.values(monitor.observe(at(cut + i), value)),
      );
    expect(goOn(second)).toEqual(goOn());
    expect(second?.save()).toEqual(whole.save());
  });

  it('takes what counts as a deviation anew', () => {
    const monitor = createMonitor({ step });
    for (let i = 0; i < 3 * day; i++) monitor.observe(at(i), values[i] as number);
    const bytes = monitor.save();
    const next = at(3 * day);
    expect(restoreMonitor(bytes)?.observe(next, 1e4).score).toBeGreaterThan(1);
    expect(restoreMonitor(bytes, { leastAbsolute: 1e5 })?.observe(next, 1e4).score).toBeLessThan(1);
    expect(restoreMonitor(bytes, { direction: 'down' })?.observe(next, 1e4).score).toBe(1);
  });

  it('is nothing where bytes are missing, too many, of another version or no numbers', () => {
    const monitor = createMonitor({ step });
    for (let i = 0; i < day; i++) monitor.observe(at(i), values[i] as number);
    const bytes = monitor.save();
    for (let length = 0; length < bytes.length; length += 97)
      expect(restoreMonitor(bytes.subarray(0, length))).toBeUndefined();
    expect(restoreMonitor(Uint8Array.of(...bytes, 0))).toBeUndefined();
    expect(restoreMonitor(bytes.with(0, 250))).toBeUndefined();
    expect(restoreMonitor(bytes.slice().fill(255, 1))).toBeUndefined();
  });
});
