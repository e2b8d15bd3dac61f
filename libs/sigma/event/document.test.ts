import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kind } from './cell.ts';
import { EventDocument } from './document.ts';

interface Value {
  readonly path: string;
  readonly kind: number;
  readonly text: string;
}

const document = new EventDocument();
const bytesOf = (json: string): Uint8Array => new TextEncoder().encode(json);

/** What is read of a text, with objects as JavaScript writes them. */
function read(json: string): Value[] | undefined {
  if (!document.read(bytesOf(json))) return undefined;
  const { paths, kinds, starts, ends, texts } = document;
  return Array.from({ length: document.count }, (_, i) => {
    const is = kinds[i] as number;
    const [start, end] = [starts[i] as number, ends[i] as number];
    const text = is >= kind.object ? texts.objectBetween(start, end) : document.textOf(i);
    return { path: paths[i]?.keys.join('\0') ?? '', kind: is, text };
  });
}

/** The same of what `JSON.parse` makes of it. */
function expected(object: JsonObject, path: readonly string[] = []): Value[] {
  const of = (value: Json, at: readonly string[]): Value[] => {
    if (Array.isArray(value)) return value.flatMap((member) => of(member, at));
    const here = (is: number, text: string) => ({ path: at.join('\0'), kind: is, text });
    if (isObject(value)) {
      const is = Object.hasOwn(value, '#text') ? kind.wrapped : kind.object;
      return [here(is, JSON.stringify(value)), ...expected(value, at)];
    }
    if (value === null) return [here(kind.null, '')];
    if (typeof value === 'boolean') return [here(value ? kind.true : kind.false, String(value))];
    return [here(typeof value === 'number' ? kind.number : kind.text, String(value))];
  };
  return Object.keys(object).flatMap((key) => of(object[key] as Json, [...path, key]));
}

const letters = fc.constantFrom(...'ab "\\/\n\t\u0001\u00e9\u00df\u0161\u20ac\ud83d\ude00\ud800\u007f');
const text = fc.string({ unit: letters, maxLength: 24 });
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '#text', '__proto__', 'winlog.x'), text);
const { object } = fc.letrec<{ object: JsonObject; value: Json }>((tie) => ({
  object: fc.dictionary(key, tie('value'), {
    maxKeys: 5,
    noNullPrototype: false,
  }) as fc.Arbitrary<JsonObject>,
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }) as fc.Arbitrary<Json>,
    tie('object'),
  ),
}));

/** Some of what JSON leaves to the writer: blanks, escapes by number. */
const written = fc.tuple(object, fc.boolean(), fc.boolean()).map(([value, blanks, numbered]) => {
  const json = JSON.stringify(value, null, blanks ? '\t' : undefined);
  return numbered
    ? json.replace(/[\u00e9\u20ac]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
});

describe('an event read from its bytes', () => {
  it('has the values that JSON.parse finds', () => {
    fc.assert(
      fc.property(written, (json) => {
        expect(read(json)).toEqual(expected(JSON.parse(Buffer.from(json).toString())));
      }),
      { numRuns: 1_500 },
    );
  });

  it('is read where JSON.parse reads it, and nowhere else', () => {
    const broken = fc
      .tuple(written, fc.nat(), fc.constantFrom(...'{}[]",:\\x0-.e \n\u0000'))
      .map(([json, at, letter]) => {
        const place = at % (json.length + 1);
        return [json.slice(0, place) + letter + json.slice(place + 1), json.slice(0, place)];
      });
    let refused = 0;
    fc.assert(
      fc.property(broken, (texts) => {
        for (const json of texts) {
          const values = read(json);
          if (values === undefined) refused++;
          // JavaScript has names that are numbers first.
          else if (!/"\d+"/.test(json))
            expect(values).toEqual(expected(JSON.parse(Buffer.from(json).toString())));
        }
      }),
      { numRuns: 1_500 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it.each([
    ['{"a":1e3,"b":-0,"c":12345678901234567890,"d":1.50}', ['1000', '0', '12345678901234567000', '1.5']],
    ['{"a":1e999}', ['Infinity']],
    [' {"a" : [ true , null ] } \r\n', ['true', '']],
  ])('writes numbers and literals of %s as JavaScript does', (json, texts) => {
    expect(read(json)?.map((value) => value.text)).toEqual(texts);
  });

  it.each([
    '',
    '[]',
    '"a"',
    'null',
    '{"a":1}{',
    '{"a":01}',
    '{"a":"\n"}',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
  ])('is refused: %s', (json) => expect(read(json)).toBeUndefined());

  it('is refused where it nests too deep', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(read(nested(400))).toHaveLength(400);
    expect(read(nested(100_000))).toBeUndefined();
    expect(read(`{"a":${'['.repeat(100_000)}`)).toBeUndefined();
  });

  it('keeps its memory whatever names events make up', () => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 60; i++) {
      const names = Array.from({ length: 1_000 }, (_, name) => `"made-up-${i}-${name}":1`);
      expect(document.read(bytesOf(`{${names.join(',')}}`))).toBe(true);
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60 * 2 ** 20);
  });
});
