import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerpt, segments } from './spans.ts';

describe('segments', () => {
  it('cuts out what matched', () =>
    expect(segments('rundll32 comsvcs', [[9, 12]])).toEqual([
      { text: 'rundll32 ', hit: false, start: 0 },
      { text: 'com', hit: true, start: 9 },
      { text: 'svcs', hit: false, start: 12 },
    ]));
  it('joins what overlaps or touches, in any order', () =>
    expect(
      segments('abcdef', [
        [3, 5],
        [0, 2],
        [2, 4],
      ]),
    ).toEqual([
      { text: 'abcde', hit: true, start: 0 },
      { text: 'f', hit: false, start: 5 },
    ]));
  it('cuts off what lies outside and drops what is empty', () =>
    expect(
      segments('ab', [
        [-3, 1],
        [2, 2],
        [1, 99],
      ]),
    ).toEqual([{ text: 'ab', hit: true, start: 0 }]));
  it('keeps the text and marks exactly the characters within a span', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -5, max: 40 })));
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), spans, (text, raw) => {
        const parts = segments(text, raw);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        const marked = parts.flatMap((part) => new Array<boolean>(part.text.length).fill(part.hit));
        const expected = Array.from({ length: text.length }, (_, i) =>
          raw.some(([start, end]) => i >= start && i < end),
        );
        expect(marked).toEqual(expected);
      }),
    );
  });
});

describe('excerpt', () => {
  const long = `${'a'.repeat(5_000)}HIT${'b'.repeat(5_000)}`;
  it('leaves short values, and cuts long ones around what first matched', () => {
    expect(excerpt('abc', [[1, 2]])).toEqual({ text: 'abc', spans: [[1, 2]], before: 0, after: 0 });
    const cut = excerpt(long, [
      [9_000, 9_003],
      [5_000, 5_003],
    ]);
    const [, first] = segments(cut.text, cut.spans);
    expect(first).toEqual({ text: 'HIT', hit: true, start: 100 });
    expect(cut.before + cut.text.length + cut.after).toBe(long.length);
  });
  it.each([[[]], [[[0, 3]]], [[[10_000, 10_003]]]] as const)('keeps an end where %j is there', (spans) => {
    const { text, before, after } = excerpt(long, spans);
    expect([text.length, before === 0 || after === 0]).toEqual([800, true]);
    expect(text).toBe(long.slice(before, long.length - after));
  });
});
