import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segments } from './spans.ts';

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
