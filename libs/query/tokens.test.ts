import { describe, expect, it } from 'vitest';
import { tokenise } from './tokens.ts';

describe('tokenise', () => {
  const types = (query: string) =>
    tokenise(query).map(({ type, start, end }) => [type, query.slice(start, end)]);

  it('names the parts of a query', () => {
    expect(types('host.name: "a" and not x >= 5 or (y: b*)')).toEqual([
      ['field', 'host.name'],
      ['operator', ':'],
      ['string', '"a"'],
      ['keyword', 'and'],
      ['keyword', 'not'],
      ['field', 'x'],
      ['operator', '>='],
      ['value', '5'],
      ['keyword', 'or'],
      ['punctuation', '('],
      ['field', 'y'],
      ['operator', ':'],
      ['wildcard', 'b*'],
      ['punctuation', ')'],
    ]);
    expect(types('a not in (b, c)').map(([type]) => type)).toEqual([
      ...['field', 'keyword', 'punctuation', 'value', 'punctuation', 'value', 'punctuation'],
    ]);
  });

  it('marks what follows a mistake', () => {
    expect(types('a: b )x')).toEqual([
      ['field', 'a'],
      ['operator', ':'],
      ['value', 'b'],
      ['error', ')x'],
    ]);
  });
});
