import type { EcsEvent, JsonObject } from '@tidewatch/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileFeatures } from './encoder.ts';
import { featuresSchema } from './schema.ts';

/** An event is whatever came in: tests hand over what no type allows. */
const event = (fields: JsonObject) => fields as EcsEvent;
const monday = '2026-03-02T06:00:00.000Z';

function rowOf(feature: JsonObject, fields: JsonObject): number[] {
  const encoder = compileFeatures(featuresSchema.parse([{ name: 'it', ...feature }]));
  const row = new Float32Array(encoder.width + 2).fill(7);
  encoder.encode(event(fields), Date.parse(monday), row, 1);
  expect([row[0], row.at(-1)], 'nothing beside its columns').toEqual([7, 7]);
  return [...row.subarray(1, -1)];
}

const f32 = Math.fround;
it.each<[JsonObject, JsonObject, number[]]>([
  [{ field: 'a.b', encode: 'number' }, { a: { b: 1.5 } }, [1.5]],
  [{ field: 'a.b', encode: 'number' }, { a: { b: '-2e3' } }, [-2_000]],
  [{ field: 'a.b', encode: 'number' }, { a: { b: true } }, [1]],
  [{ field: 'a.b', encode: 'number' }, { a: { b: [null, 'x', 3, 4] } }, [3]],
  [{ field: 'a.b', encode: 'number' }, { a: [{ b: 3 }] }, [3]],
  [{ field: 'a.b', encode: 'number', missing: -1 }, { a: { b: '0x10' } }, [-1]],
  [{ field: 'a.b', encode: 'number' }, { a: { b: 1e300 } }, [f32(1e15)]],
  [{ field: 'toString', encode: 'length' }, {}, [0]],
  [{ field: 'a', encode: 'log' }, { a: Math.E - 1 }, [1]],
  [{ field: 'a', encode: 'log' }, { a: 1 - Math.E }, [-1]],
  [{ field: 'a', encode: 'log', missing: Math.E - 1 }, {}, [1]],
  [{ field: '@timestamp', encode: 'cyclic', period: 'day' }, { '@timestamp': monday }, [1, f32(6.123e-17)]],
  [
    { field: '@timestamp', encode: 'cyclic', period: 'week' },
    { '@timestamp': '2026-03-02T00:00:00.000Z' },
    [0, 1],
  ],
  [{ field: '@timestamp', encode: 'cyclic', period: 'day' }, { '@timestamp': 'yesterday' }, [0, 0]],
  [{ field: 'a', encode: 'hash', buckets: 4 }, { a: null }, [0, 0, 0, 0]],
  [{ field: 'a', encode: 'ngrams', n: 3, buckets: 2 }, { a: 'ab' }, [0, 0]],
  [{ field: 'a', encode: 'tokens' }, { a: '  cmd /c\t"a b" ' }, [4]],
  [{ field: 'a', encode: 'tokens' }, { a: ['cmd', '/c dir'] }, [3]],
  [{ field: 'a', encode: 'length' }, { a: 'abc' }, [3]],
  [{ field: 'a', encode: 'length' }, { a: 'x'.repeat(100_000) }, [8_192]],
  [{ field: 'a', encode: 'equals', value: 'Failure' }, { a: ['success', 'FAILURE'] }, [1]],
  [{ field: 'a', encode: 'equals', value: 443 }, { a: 443 }, [1]],
  [{ field: 'a', encode: 'equals', value: 'failure' }, { a: 'failures' }, [0]],
])('encodes %j of %j', (feature, fields, row) => {
  for (const [i, number] of rowOf(feature, fields).entries()) expect(number).toBeCloseTo(row[i] as number, 6);
});

it('hashes a value to one column whatever its case, and counts each n-gram once', () => {
  const columns = (value: string) => rowOf({ field: 'a', encode: 'hash', buckets: 64 }, { a: value });
  expect(columns('CMD.exe')).toEqual(columns('cmd.EXE'));
  expect(columns('cmd.exe').reduce((sum, column) => sum + column)).toBe(1);
  const used = new Set(Array.from({ length: 500 }, (_, i) => columns(`name${i}`).indexOf(1)));
  expect(used.size, 'all columns are used').toBe(64);
  const grams = (value: string) => rowOf({ field: 'a', encode: 'ngrams', n: 3, buckets: 256 }, { a: value });
  expect(grams('abcabc').filter(Boolean).sort()).toEqual([1, 1, 2]);
});

it('names its columns, and tells actual values', () => {
  const encoder = compileFeatures(
    featuresSchema.parse([
      { name: 'hour', field: '@timestamp', encode: 'cyclic', period: 'day' },
      { name: 'process', field: 'process.name', encode: 'hash', buckets: 2 },
      { name: 'words', field: 'process.name', encode: 'tokens' },
      { name: 'bytes', field: 'source.bytes', encode: 'log' },
      { name: 'logons', aggregate: 'count', by: ['user.name'], over: '1h', encode: 'log' },
    ]),
  );
  expect(encoder.columns.map(({ name }) => name)).toEqual([
    'hour.sin',
    'hour.cos',
    'process#0',
    'process#1',
    'words',
    'bytes',
    'logons',
  ]);
  const given = event({ '@timestamp': monday, process: { name: ['a', 'b c'] }, user: { name: 'alice' } });
  const row = new Float32Array(encoder.width);
  encoder.encode(given, Date.parse(monday), row, 0);
  encoder.encode(given, Date.parse(monday), row, 0);
  expect(encoder.actuals(given, row, 0)).toEqual([monday, 'a, b c', 3, null, 2]);
});

it('writes finite numbers whatever an event holds', () => {
  const features = featuresSchema.parse([
    { name: 'a', field: 'a', encode: 'log' },
    { name: 'b', field: 'a.a', encode: 'ngrams', n: 2, buckets: 8 },
    { name: 'c', field: 'a', encode: 'cyclic', period: 'week' },
    { name: 'd', aggregate: 'sum', of: 'a', by: ['a'], over: '1h' },
    { name: 'e', aggregate: 'rarity', of: 'a', by: ['a', 'b'], over: '1h', encode: 'log' },
    { name: 'f', aggregate: 'max', of: 'b', by: ['a'], over: '1h', where: 'b > 3' },
  ]);
  const encoder = compileFeatures(features);
  const row = new Float32Array(encoder.width);
  const odd = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.constant('1e999'), fc.jsonValue());
  fc.assert(
    fc.property(fc.record({ a: odd, b: odd }), fc.double(), (fields, time) => {
      const given = event(fields as JsonObject);
      encoder.encode(given, time, row, 0);
      encoder.actuals(given, row, 0);
      return row.every(Number.isFinite);
    }),
    { numRuns: 300 },
  );
});

it.each<[string, JsonObject[]]>([
  ['no features', []],
  [
    'a name twice',
    [
      { field: 'a', encode: 'length' },
      { field: 'b', encode: 'length' },
    ],
  ],
  ['a field of prototypes', [{ field: 'a.__proto__', encode: 'length' }]],
  ['a window without its length', [{ aggregate: 'count', by: ['a'] }]],
  ['a window of more than 30 days', [{ aggregate: 'count', by: ['a'], over: '31d' }]],
  ['a condition that is no KQL', [{ aggregate: 'count', by: ['a'], over: '1d', where: 'a: (' }]],
  ['both of one event and of a window', [{ aggregate: 'count', by: ['a'], over: '1d', field: 'a' }]],
  ['too many columns', ['a', 'b', 'c'].map((name) => ({ name, field: 'a', encode: 'hash', buckets: 4_096 }))],
])('refuses %s', (_, features) => {
  expect(featuresSchema.safeParse(features.map((feature) => ({ name: 'it', ...feature }))).success).toBe(
    false,
  );
});

it('says of a hash what was expected in its place, by a text of the same data class', () => {
  const encoder = compileFeatures(
    featuresSchema.parse([
      { name: 'account', field: 'user.name', encode: 'hash', buckets: 64 },
      { name: 'bytes', field: 'source.bytes', encode: 'log' },
    ]),
  );
  const of = (name: string, data_class: string) =>
    event({ user: { name }, source: { bytes: 99 }, tidewatch: { source: 'web1', data_class } });
  const rowOf = (each: EcsEvent) => {
    const row = new Float32Array(encoder.width);
    encoder.encode(each, Date.parse(monday), row, 0);
    return row;
  };
  const row = rowOf(of('alice', 'endpoint'));
  const asked = of('bob', 'endpoint');
  rowOf(asked);
  expect(encoder.expecteds(asked, row, 0)).toEqual(['alice', expect.closeTo(99, 3)]);
  expect(encoder.expecteds(of('bob', 'payroll'), row, 0)[0]).toBeNull();
  expect(encoder.expecteds(of('alice', 'payroll'), row, 0)[0]).toBe('alice');
  // Half sure, and no longer.
  expect(
    encoder.expecteds(
      asked,
      row.map((value) => value * 0.5),
      0,
    )[0],
  ).toBe('alice');
  expect(
    encoder.expecteds(
      asked,
      row.map((value) => value * 0.49),
      0,
    )[0],
  ).toBeNull();
});
