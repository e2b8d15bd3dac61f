import type { EcsEvent } from '@tidewatch/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileFeatures } from './encoder.ts';
import { featuresSchema } from './schema.ts';
import { panesOfWindow, valuesOfPane } from './tracks.ts';

const hour = 3_600_000;
const paneMs = hour / panesOfWindow;
const by = ['user.name'];
const features = featuresSchema.parse([
  { name: 'count', aggregate: 'count', by, over: '1h' },
  { name: 'failed', aggregate: 'count', by, over: '60m', where: 'event.outcome: failure' },
  ...['sum', 'avg', 'min', 'max'].map((aggregate) => ({
    name: aggregate,
    aggregate,
    of: 'source.bytes',
    by,
    over: '1h',
    missing: -1,
  })),
  { name: 'hosts', aggregate: 'cardinality', of: 'host.name', by, over: '1h' },
  { name: 'rarity', aggregate: 'rarity', of: 'host.name', by, over: '1h' },
  { name: 'pairs', aggregate: 'count', by: ['user.name', 'host.name'], over: '1h' },
]);

interface Given {
  readonly time: number;
  readonly user: string;
  readonly host: string;
  readonly bytes: number | null;
  readonly failed: boolean;
}
const eventOf = ({ user, host, bytes, failed }: Given) =>
  ({
    event: { outcome: failed ? 'failure' : 'success' },
    user: { name: user },
    host: { name: host },
    source: { bytes },
  }) as unknown as EcsEvent;

/** What the row must be, from all events so far. */
function expected(events: readonly Given[]): number[] {
  const last = events.at(-1) as Given;
  const inWindow = (same: (given: Given) => boolean) => {
    const own = events.filter(same);
    const newest = Math.max(...own.map(({ time }) => Math.floor(time / paneMs)));
    return own.filter((given, i) => {
      const pane = Math.floor(given.time / paneMs);
      const then = Math.max(...own.slice(0, i + 1).map(({ time }) => Math.floor(time / paneMs)));
      return pane > newest - panesOfWindow && pane > then - panesOfWindow;
    });
  };
  const own = inWindow(({ user }) => user === last.user);
  const bytes = own.flatMap((given) => given.bytes ?? []);
  const sum = bytes.reduce((total, number) => total + number, 0);
  const of = (number: number) => (bytes.length === 0 ? -1 : number);
  const same = own.filter(({ host }) => host === last.host).length;
  return [
    own.length,
    own.filter(({ failed }) => failed).length,
    sum,
    of(sum / bytes.length),
    of(Math.min(...bytes)),
    of(Math.max(...bytes)),
    new Set(own.map(({ host }) => host)).size,
    own.length === 0 ? 0 : Math.log(own.length / Math.max(1, same)),
    inWindow(({ user, host }) => user === last.user && host === last.host).length,
  ];
}

/** Time goes on by seconds to hours, and events fall behind it by up to the window's length. */
const stream = fc
  .array(
    fc.record({
      step: fc.oneof(fc.nat(200_000), fc.nat(2 * hour)),
      behind: fc.oneof(fc.constant(0), fc.nat(hour)),
      user: fc.constantFrom('alice', 'bob'),
      host: fc.constantFrom('web1', 'web2', 'db1'),
      bytes: fc.option(fc.integer({ min: 0, max: 1_000 })),
      failed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let now = Date.parse('2026-03-02T06:00:00.000Z');
    return steps.map(({ step, behind, ...given }): Given => {
      now += step;
      return { ...given, time: now - behind };
    });
  });

it('tells of the window of each entity, whatever the order of times, and goes on exactly where it was saved', () => {
  fc.assert(
    fc.property(stream, fc.nat(59), (events, cut) => {
      let encoder = compileFeatures(features);
      const row = new Float32Array(encoder.width);
      for (const [i, given] of events.entries()) {
        if (i === cut) {
          const saved = encoder.save();
          encoder = compileFeatures(features);
          encoder.restore(saved);
          expect(encoder.save()).toEqual(saved);
        }
        encoder.encode(eventOf(given), given.time, row, 0);
        const wanted = expected(events.slice(0, i + 1));
        for (const [column, number] of wanted.entries())
          expect(row[column], features[column]?.name).toBeCloseTo(number, 3);
      }
    }),
    { numRuns: 60 },
  );
});

const given = { user: 'alice', host: 'web1', bytes: 1, failed: false, time: 0 };

it('refuses what was saved for other features, or damaged, and is then as it was', () => {
  const encoder = compileFeatures(features);
  const row = new Float32Array(encoder.width);
  encoder.encode(eventOf(given), 0, row, 0);
  const saved = encoder.save();
  const damaged = Uint8Array.from(saved);
  damaged[60] = (damaged[60] as number) ^ 1;
  for (const bytes of [
    damaged,
    saved.subarray(0, -1),
    new Uint8Array(),
    compileFeatures(features.slice(1)).save(),
  ])
    expect(() => encoder.restore(bytes)).toThrow('cannot be read');
  expect(encoder.save()).toEqual(saved);
});

it('forgets the entities that were not seen for longest where they are too many, and says how many', () => {
  const encoder = compileFeatures(features, { cells: 30_000 });
  const row = new Float32Array(encoder.width);
  for (let i = 0; i < 10_000; i++) {
    encoder.encode(eventOf({ ...given, user: `user${i}` }), i * 1_000, row, 0);
    encoder.encode(eventOf(given), i * 1_000, row, 0);
  }
  expect(row[0], 'one that is always there is kept').toBeGreaterThan(3_000);
  expect(encoder.losses.dropped).toBeGreaterThan(1_000);
  expect(encoder.save().length, 'of what is left').toBeLessThan(30_000 * 100);
});

it('forgets who is gone for longer than the window, without being asked for them', () => {
  const encoder = compileFeatures(features);
  const row = new Float32Array(encoder.width);
  for (let i = 0; i < 1_000; i++) encoder.encode(eventOf({ ...given, user: `user${i}` }), i, row, 0);
  const before = encoder.save().length;
  encoder.encode(eventOf(given), 3 * hour, row, 0);
  expect(encoder.save().length).toBeLessThan(before / 100);
  expect(encoder.losses).toEqual({ dropped: 0, late: 0 });
});

it('counts what is too late, and keeps the values of a pane that it tells apart', () => {
  const encoder = compileFeatures(features);
  const row = new Float32Array(encoder.width);
  for (let i = 0; i < 2 * valuesOfPane; i++)
    encoder.encode(eventOf({ ...given, host: `web${i}` }), 2 * hour, row, 0);
  expect(row[6]).toBe(valuesOfPane);
  expect(row[7], 'as rare as one among all').toBeCloseTo(Math.log(2 * valuesOfPane), 4);
  encoder.encode(eventOf(given), 0, row, 0);
  expect(row[0]).toBe(2 * valuesOfPane);
  expect(encoder.losses.late).toBeGreaterThan(0);
});
