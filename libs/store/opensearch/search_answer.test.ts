import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutAnswer } from './search_answer.ts';

const cut = (json: string) => cutAnswer(Buffer.from(json), (sort, source) => ({ sort, source }));

const key = fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string()), {
  maxLength: 3,
});
const other = fc.dictionary(fc.constantFrom('took', '_shards', 'max_score', '\\"'), fc.jsonValue(), {
  noNullPrototype: true,
});
const answers = fc
  .record({
    timed_out: fc.boolean(),
    other,
    hits: fc.array(fc.record({ other, sort: key, _source: fc.dictionary(fc.string(), fc.jsonValue()) })),
    indent: fc.constantFrom(undefined, 1),
  })
  .map(({ timed_out, hits, indent, other }) => ({
    timed_out,
    hits,
    text: JSON.stringify(
      {
        ...{ ...other, timed_out },
        hits: { ...other, hits: hits.map(({ other, ...hit }) => ({ ...other, ...hit })) },
      },
      null,
      indent,
    ),
  }));

it('finds the documents that JSON.parse finds', () => {
  fc.assert(
    fc.property(answers, ({ text, timed_out, hits }) => {
      const found = cut(text);
      const parsed = found.hits.map(({ sort, source }) => ({
        sort: JSON.parse(sort) as unknown,
        _source: JSON.parse(source) as unknown,
      }));
      const asJson = hits.map(({ sort, _source }) => ({ sort, _source }));
      expect({ ...found, hits: parsed }).toEqual({ timed_out, hits: JSON.parse(JSON.stringify(asJson)) });
    }),
  );
});

it('hands on a document as it was written', () => {
  const source = '{ "a" : 1.0, "a": "\\u0041\\"}]", "n": 12345678901234567890 }';
  const answer = `{"timed_out":false,"hits":{"hits":[{"_source":${source},"sort":[1]}]}}`;
  expect(cut(answer).hits).toEqual([{ sort: '[1]', source }]);
});

const whole = '{"took":1,"timed_out":false,"hits":{"hits":[{"_id":"a","_source":{"a":[]},"sort":[1,"b"]}]}}';

it('refuses what is no such answer', () => {
  for (let length = 0; length < whole.length; length++) expect(() => cut(whole.slice(0, length))).toThrow();
  for (const [part, instead] of [
    ['"timed_out":false,', ''],
    [',"sort":[1,"b"]', ''],
    ['"_source":{"a":[]},', ''],
    ['"took":1', '"took":}'],
    ['"took":1', '"took" 1'],
    ['{"took"', '["took"'],
    ['"hits":[', '"hits":{'],
  ] as const) {
    expect(whole).toContain(part);
    expect(() => cut(whole.replace(part, instead))).toThrow();
  }
  expect(() => cut(`${whole}{}`)).toThrow();
});
