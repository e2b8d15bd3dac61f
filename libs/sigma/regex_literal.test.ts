import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { translateRegex } from './regex.ts';
import { requiredText } from './regex_literal.ts';

const translated = (pattern: string, flags: string[] = []): string => {
  const result = translateRegex(pattern, new Set(flags));
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.source;
};

describe('the text that every match contains', () => {
  it.each([
    ['abc', 'abc'],
    ['ABC', 'abc'],
    ['(?i)AbC', 'abc'],
    ['^abc$', 'abc'],
    ['ab.cde', 'cde'],
    ['abcd|ef', ''],
    ['ab(?:c|d)efg', 'efg'],
    ['(abc|def)', ''],
    ['abc?', 'ab'],
    ['abc*d', 'ab'],
    ['abc+d', 'abc'],
    ['abc+?d', 'abc'],
    ['ab[cd]efg', 'efg'],
    ['ab[\\]x]efg', 'efg'],
    ['ab[)|]efg', 'efg'],
    ['a\\.b\\\\c', 'a.b\\c'],
    ['abc\\d{2}de', 'abc'],
    ['\\x41bc', 'bc'],
    ['ab(c(d)e)?f', 'ab'],
    ['(\\)|\\()x', 'x'],
    ['é+Ü', 'é'],
  ])('%s: %s', (pattern, expected) => {
    expect(requiredText(translated(pattern))).toBe(expected);
  });

  it('is in everything that matches', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      'c?',
      'd+',
      'e*',
      '[ab]',
      '(?:x|y)',
      '.',
      'f{2}',
      '\\.',
      '(gh)?',
      'i{0,2}',
    );
    const texts = fc.string({ unit: fc.constantFrom(...'aAbBcdefghixy.'), maxLength: 14 });
    let matched = 0;
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        texts,
        (pieces, ignore, text) => {
          const source = translated(pieces.join(''), ignore ? ['i'] : []);
          if (!new RegExp(source).test(text)) return;
          matched++;
          expect(fold(text)).toContain(requiredText(source));
        },
      ),
      { numRuns: 4_000 },
    );
    expect(matched).toBeGreaterThan(300);
  });
});
