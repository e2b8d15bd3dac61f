import type { Bucket } from '@tidewatch/store';
import { expect, it } from 'vitest';
import { dayStarts, histogramOf } from './histogram.ts';

const hour = 3_600_000;
const utc = (text: string): number => Date.parse(`${text}Z`);

it.each([
  // Clocks go forward on 29 March and back on 25 October.
  ['Europe/Vienna', '2026-03-28T12:00', '2026-03-31T00:00', ['03-27T23', '03-28T23', '03-29T22', '03-30T22']],
  ['Europe/Vienna', '2026-10-24T22:00', '2026-10-26T00:00', ['10-24T22', '10-25T23']],
  // At midnight they go to one o'clock, and the day begins there.
  ['Africa/Cairo', '2026-04-23T12:00', '2026-04-25T12:00', ['04-22T22', '04-23T22', '04-24T21']],
  ['Asia/Kathmandu', '2026-05-01T00:00', '2026-05-02T00:00', ['04-30T18', '05-01T18']],
  ['UTC', '2026-05-01T00:00', '2026-05-02T00:00', ['05-01T00']],
])('days of %s from %s to %s begin at %j', (zone, from, to, starts) => {
  const found = dayStarts({ from: utc(from), to: utc(to) }, zone, 1);
  expect(found.map((start) => new Date(start).toISOString().slice(5, 13))).toEqual(starts);
});

/** One thing every half hour, of which the store counts as it is asked to. */
function store(from: number, to: number) {
  const steps: number[] = [];
  const count = async (stepMs: number): Promise<Bucket[]> => {
    steps.push(stepMs);
    const all = new Map<number, number>();
    for (let time = from; time < to; time += hour / 2) {
      const start = Math.floor(time / stepMs) * stepMs;
      all.set(start, (all.get(start) ?? 0) + 1);
    }
    return [...all].map(([start, made]) => ({ start, count: made, split: { high: made } }));
  };
  return { steps, count };
}

it('counts by days that are as long as the calendar has them', async () => {
  const range = { from: utc('2026-10-23T22:00'), to: utc('2026-10-27T23:00') };
  const { steps, count } = store(range.from, range.to);
  const { stepMs, buckets } = await histogramOf(range, { buckets: 5, zone: 'Europe/Vienna' }, count);
  expect([stepMs, steps]).toEqual([24 * hour, [hour]]);
  expect(buckets.map(({ count }) => count)).toEqual([48, 50, 48, 48]);
  expect(buckets[1]).toEqual({ start: utc('2026-10-24T22:00'), count: 50, split: { high: 50 } });
});

it('counts by days of UTC where no zone is named, over many years, and by hours as ever', async () => {
  const { steps, count } = store(0, hour);
  const asked = { buckets: 100, zone: 'Europe/Vienna' };
  await histogramOf({ from: 0, to: 90 * 24 * hour }, { buckets: 100 }, count);
  await histogramOf({ from: 0, to: 3_000 * 24 * hour }, asked, count);
  await histogramOf({ from: 0, to: 4 * 24 * hour }, asked, count);
  expect(steps).toEqual([24 * hour, 30 * 24 * hour, hour]);
});

it('counts hours no further than the stores do, whole days of UTC further, and neither beyond time itself', async () => {
  const { steps, count } = store(0, hour);
  const day = 24 * hour;
  for (const [days, zone] of [
    [90, 'Asia/Kolkata'],
    [124, 'Europe/Vienna'],
    [126, 'Europe/Vienna'],
    [365, 'UTC'],
  ] as const)
    await histogramOf({ from: 0, to: days * day }, { buckets: 100, zone }, count);
  await histogramOf({ from: 0, to: 8.64e15 }, { buckets: 100, zone: 'UTC' }, count);
  expect(steps.slice(0, 4)).toEqual([day, hour, 7 * day, day]);
});
