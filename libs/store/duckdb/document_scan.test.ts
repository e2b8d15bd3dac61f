import type { Json, JsonObject } from '@tidewatch/event';
import { isWordMark, unkeyedWords } from '@tidewatch/query';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ColumnChunk, type ColumnType } from './column_chunk.ts';
import { type PromotedField, promote, withKeys } from './columns.ts';
import type { Target } from './document_paths.ts';
import { DocumentScanner } from './document_scan.ts';

const fields: readonly PromotedField[] = [
  { path: 'a', column: 'a', type: 'text' },
  { path: 'a.b', column: 'a_b', type: 'text' },
  { path: 'b.ip', column: 'b_ip', type: 'text', address: true },
  { path: 'b.n', column: 'b_n', type: 'number' },
  { path: 'message', column: 'message', type: 'text' },
  { path: 'event.original', column: 'event_original', type: 'text' },
];
const columns: readonly ColumnType[] = ['text', 'text', 'text', 'text', 'double', 'text', 'text', 'text'];
const keyColumn = 3;
const columnOf = [0, 1, 2, 4, 5, 6];
const wordsColumn = 7;
const targets = fields.map(
  ({ path, type, address }, i): Target => ({
    keys: path.split('.'),
    type,
    column: columnOf[i] as number,
    ...(address === true && { keyColumn }),
  }),
);

/** A chunk that remembers what it was given instead of laying it out. */
class RememberedChunk extends ColumnChunk {
  readonly values = new Map<number, string | number>();
  private readonly decoder = new TextDecoder();

  override text(column: number, _row: number, source: Uint8Array, start: number, length: number): void {
    this.values.set(column, this.decoder.decode(source.subarray(start, start + length)));
  }
  override double(column: number, _row: number, value: number): void {
    this.values.set(column, value);
  }
  override setNull(column: number): void {
    this.values.delete(column);
  }
}

const chunk = new RememberedChunk(columns, 64);
const scanner = new DocumentScanner(chunk, targets, wordsColumn);
const keys = withKeys(fields);
const nowhere = { low: 0, high: 0 };

function scanned(bytes: Uint8Array, start = 0, end = bytes.length) {
  chunk.values.clear();
  chunk.clear();
  scanner.paths.begin();
  const isTaken = scanner.scan(bytes, start, end, nowhere, 0);
  const values = columns.slice(0, wordsColumn).map((_, i) => chunk.values.get(i) ?? null);
  return {
    isTaken,
    values,
    nested: scanner.nested,
    text: withoutKeys(chunk.values.get(wordsColumn) as string | undefined),
    paths: new Set(scanner.paths.paths),
  };
}

const withoutKeys = (words: string | undefined): string | undefined =>
  words?.startsWith(unkeyedWords)
    ? words.slice(unkeyedWords.length, -1)
    : words
        ?.slice(0, -1)
        .replace(/(^|\n)[^\P{Cc}\n]{5}/gu, '$1')
        .replaceAll('\v', '\n');

function promoted(document: JsonObject) {
  const paths = new Set<string>();
  const { values, nested, text } = promote(document, keys, (path) => paths.add(path));
  // Such characters are what keys consist of.
  const isNested = nested || Array.from(text).some((letter) => isWordMark(letter.charCodeAt(0)));
  return { isTaken: true, values, nested: isNested, text, paths };
}

const text = fc.oneof(
  fc.constantFrom(
    '10.0.0.1',
    '::1',
    '010.0.0.1',
    '256.1.1.1',
    '1.2.3',
    '',
    'a\nb',
    'ü😀',
    '\u0000"\\\t',
    '1.2.3.4.',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7, 999_999_999_999_999, 1e15),
);
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'ip', 'n', 'message', 'event', 'original') },
  fc.constantFrom('', 'a.b', 'ü', '"', '\n', 'event.original', '__proto__'),
);
const { value } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 4, arbitrary: text },
    { weight: 2, arbitrary: number },
    fc.constantFrom(true, false, null),
    { weight: 3, arbitrary: tie('object') },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
  ) as fc.Arbitrary<Json>,
  object: fc
    .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 5, selector: ([name]) => name })
    .map((entries) =>
      JSON.parse(`{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`)}}`),
    ) as fc.Arbitrary<JsonObject>,
}));
const document = value.filter(
  (one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one),
);

it('takes documents apart as promote does', () => {
  fc.assert(
    fc.property(document, fc.constantFrom(0, 2), (one, indent) => {
      const before = '{"a":"before"}';
      const bytes = Buffer.from(`${before}${JSON.stringify(one, null, indent)}{"a":"after"}`);
      // What JSON itself changes (-0) is the same for both.
      const same = JSON.parse(JSON.stringify(one)) as JsonObject;
      expect(scanned(bytes, before.length, bytes.length - before.length + 1)).toEqual(promoted(same));
    }),
    { numRuns: 3_000 },
  );
});

it('reads any spelling of the same JSON', () => {
  const bytes = Buffer.from(
    ' {"\\u0061":"\\u0031\\u00e9\\ud83d\\ude00\\/" ,\t"b":{"ip":"\\u0031.2.3.4","n":1.50E+1}, "c":[ ],"d":{ },"e":[1.0 , 100e-2]}'.slice(
      1,
    ),
  );
  expect(scanned(bytes)).toEqual(promoted(JSON.parse(bytes.toString()) as JsonObject));
});

it.each([
  '',
  '[]',
  '"a"',
  '{',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{"a":1}}',
  '{"a":1} ',
  '{"a":01}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":-}',
  '{"a":+1}',
  '{"a":nul}',
  '{"a":nulll}',
  '{"a":True}',
  '{"a":[1,]}',
  '{"a":[1 2]}',
  '{"a":[[1 2]]}',
  '{"a":[["\\ud800"]]}',
  '{"a":"\n"}',
  '{"a":"\\x"}',
  '{"a":"\\u12"}',
  '{"a":"\\ud800"}',
  '{"\\ud800":1}',
  '{"a\n":1}',
  '{"a":"b',
  '{"a":"b\\',
  '{"a',
])('leaves %j to JSON.parse, without a trace', leavesAlone);

it('leaves what is too deep alone', () => {
  leavesAlone(`{"a":${'[{"a":'.repeat(600)}1${'}]'.repeat(600)}}`);
  leavesAlone(`${'{"a":'.repeat(600)}1${'}'.repeat(600)}`);
});

function leavesAlone(json: string): void {
  for (const after of ['', '"}', '{"a":"after"}']) {
    const bytes = Buffer.from(json + after);
    expect(scanned(bytes, 0, json.length)).toMatchObject({ isTaken: false, values: Array(7).fill(null) });
    expect(chunk.used).toBe(0);
  }
}

it('forgets paths when there are too many, and goes on', () => {
  for (let i = 0; i < 25_000; i++) scanned(Buffer.from(JSON.stringify({ [`key${i}`]: { a: 1 } })));
  expect(scanned(Buffer.from('{"a":"x"}'))).toEqual(promoted({ a: 'x' }));
});
