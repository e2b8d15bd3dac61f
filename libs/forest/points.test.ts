import { expect, it } from 'vitest';
import { Points } from './points.ts';
import { Random } from './random.ts';

it('gives each point back as it came, while others come, go and share values with it', () => {
  const random = new Random(1);
  const points = new Points(4, 8);
  const kept = new Map<number, readonly number[]>();
  const series = Array.from({ length: 3_000 }, (_, i) => (i % 500 < 50 ? 7 : Math.fround(random.next())));
  for (let i = 0; i + 4 <= series.length; i++) {
    // A series that starts anew shares nothing with what was.
    const values = i % 200 === 0 ? [1, 2, 3, i] : series.slice(i, i + 4);
    const place = points.add(Float32Array.from(values));
    expect(kept.has(place)).toBe(false);
    if (random.next() < 0.5) {
      points.hold(place);
      kept.set(place, values);
    } else points.drop(place);
    for (const old of kept.keys())
      if (random.next() < 0.01) {
        points.release(old);
        kept.delete(old);
      }
    expect(points.size).toBe(kept.size);
    if (i % 50 > 0) continue;
    for (const [at, own] of kept) {
      const start = points.starts[at] as number;
      expect([...points.values.subarray(start, start + 4)]).toEqual(own);
    }
  }
  const { values, places } = points.packed();
  expect(values.length).toBeLessThan(3 * places.length);
  expect([...places].sort((a, b) => a - b)).toEqual([...kept.keys()].sort((a, b) => a - b));
});

it('has room for points that are long beside how many they are', () => {
  const points = new Points(40, 64);
  const given = [1, 2, 3, 4, 5].map((first) => Float32Array.from({ length: 40 }, (_, i) => first + i / 64));
  const places = given.map((point) => {
    const place = points.add(point);
    points.hold(place);
    return place;
  });
  for (const [i, place] of places.entries()) {
    const start = points.starts[place] as number;
    expect(points.values.slice(start, start + 40)).toEqual(given[i]);
  }
});
