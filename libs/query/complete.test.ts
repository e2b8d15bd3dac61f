import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeAt, suggestionsFor } from './complete.ts';
import { parseKql } from './parse.ts';

/** The bar is the cursor. */
function at(text: string) {
  const position = text.indexOf('|');
  return { query: text.replace('|', ''), place: placeAt(text.replace('|', ''), position) };
}

describe('placeAt', () => {
  it.each<[string, string, string, string | undefined]>([
    ['|', 'field', '', undefined],
    ['ho|', 'field', 'ho', undefined],
    ['host.na|me: x', 'field', 'host.na', undefined],
    ['a: b and ho|', 'field', 'ho', undefined],
    ['a: b and |', 'field', '', undefined],
    ['not |', 'field', '', undefined],
    ['(a: b or (c|', 'field', 'c', undefined],
    ['host.name: |', 'value', '', 'host.name'],
    ['host.name:w|', 'value', 'w', 'host.name'],
    ['host.name: "we b|', 'value', 'we b', 'host.name'],
    ['host.name: "we|b"', 'value', 'we', 'host.name'],
    ['"odd field": x|', 'value', 'x', 'odd field'],
    ['a: (b or |', 'value', '', 'a'],
    ['a: (b or not (c and d|', 'value', 'd', 'a'],
    ['a: (b or c) and |', 'field', '', undefined],
    ['a in (b, c|', 'value', 'c', 'a'],
    ['a not in (|', 'value', '', 'a'],
    ['a >= |', 'value', '', 'a'],
    ['a: { b: |', 'value', '', 'b'],
    ['a: { b|', 'field', 'b', 'a'],
    ['a: { b: x and c|', 'field', 'c', 'a'],
    ['a: { b: { c|', 'field', 'c', 'a.b'],
    ['a: {b: c} and d|', 'field', 'd', undefined],
    ['a: b |', 'conjunction', '', undefined],
    ['a: b an|', 'conjunction', 'an', undefined],
    ['a: "b" |', 'conjunction', '', undefined],
    ['(a: b) o|', 'conjunction', 'o', undefined],
    ['host.name |', 'operator', '', undefined],
    ['-a: b and ho|', 'field', 'ho', undefined],
    ['a:>=5 and host.name: w|', 'value', 'w', 'host.name'],
    ['a: b) and c: d|', 'value', 'd', 'c'],
    ['source.ip: 10.0|', 'value', '10.0', 'source.ip'],
    ['file.path: C:\\Win|', 'value', 'C:Win', 'file.path'],
  ])('knows what can stand at %s', (text, expects, typed, field) => {
    const { place } = at(text);
    expect({ ...place, start: 0, end: 0 }).toMatchObject({ expects, ...(field !== undefined && { field }) });
    if (!text.includes('\\')) expect(place.typed).toBe(typed);
    expect(place.field).toBe(field);
  });

  it('takes the place of the whole word or text under the cursor', () => {
    for (const [text, covered] of [
      ['a: b and host.na|me: x', 'host.name'],
      ['a: "x| y" and b: c', '"x y"'],
      ['a: foo|', 'foo'],
      ['a: (foo or ba|r)', 'bar'],
    ] as const) {
      const { query, place } = at(text);
      expect(query.slice(place.start, place.end)).toBe(covered);
    }
  });

  it('answers at any place of any text', () => {
    const piece = fc.constantFrom(
      ...'a: "( ) { } in not and or < >= * \\ / , && -x [1 TO'.split(' '),
      ' ',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(40), (pieces, position) => {
        const text = pieces.join('');
        const place = placeAt(text, Math.min(position, text.length));
        expect(place.start).toBeLessThanOrEqual(place.end);
        expect(place.end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2_000, seed: 3 },
    );
  });
});

describe('suggestionsFor', () => {
  const fields = ['@timestamp', 'host.name', 'host.ip', 'source.host', 'user.name', 'odd field'];

  it('puts first what begins so, then what has a part that does', () => {
    expect(suggestionsFor(at('ho|').place, fields).map(({ label }) => label)).toEqual([
      'host.name',
      'host.ip',
      'source.host',
    ]);
  });

  it('leaves out what braces stand for', () => {
    expect(suggestionsFor(at('host: { n|').place, fields)).toEqual([{ label: 'name', text: 'name' }]);
  });

  it('writes values so that the query stands for them', () => {
    const values = ['C:\\temp', 'a "b"', 'or', 'x', 'a*'];
    for (const { label, text } of suggestionsFor(at('a: |').place, values)) {
      expect(parseKql(`a: ${text}`)).toMatchObject({ ok: true, ast: { kind: 'is', value: { text: label } } });
    }
  });

  it('offers operators and conjunctions', () => {
    expect(suggestionsFor(at('a: b o|').place)).toEqual([{ label: 'or', text: 'or' }]);
    expect(suggestionsFor(at('host.name |').place).map(({ text }) => text)).toContain(':');
  });
});
