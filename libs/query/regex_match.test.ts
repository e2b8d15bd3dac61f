import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRegex } from './regex.ts';
import { regexMatcher } from './regex_match.ts';

function finds(source: string, ignoreCase = false): (text: string) => boolean {
  const checked = checkRegex(source);
  if (!checked.ok) throw new Error(checked.message);
  return regexMatcher(checked.tree, ignoreCase);
}

const part = fc.constantFrom(
  ...['a', 'b', 'k', 'S', '.', '\\d', '\\w', '\\s', '[a-c]', '[^a]', '\\b', '\\B', '^', '$', 'é', '\\p{Lu}'],
  ...['😀', '\\.', '(?:ab|b)', '(a)', '[\\d-]', '\\x61', '()'],
);
const repeated = fc
  .tuple(part, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?'))
  .map(([one, sign]) => (/^(?:\\[bB]|[$^])$/.test(one) ? one : one + sign));
const sequence = fc.array(repeated, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
const regex = fc.array(sequence, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'));
const text = fc
  .array(fc.constantFrom(...'ab kKS.9_é😀\n-c', 'Ä', ''), { maxLength: 12 })
  .map((chars) => chars.join(''));

describe('the search for a regex', () => {
  it('finds what JavaScript finds', () => {
    fc.assert(
      fc.property(regex, fc.boolean(), fc.array(text, { minLength: 5, maxLength: 5 }), (source, i, texts) => {
        const checked = checkRegex(source);
        fc.pre(checked.ok);
        const matcher = regexMatcher(checked.tree, i);
        const own = new RegExp(checked.source, i ? 'sui' : 'su');
        for (const one of texts) expect([source, one, matcher(one)]).toEqual([source, one, own.test(one)]);
      }),
      { numRuns: 2_000, seed: 5 },
    );
  });

  it.each([
    ['(a+)b', 'a'.repeat(8_000)],
    ['a{1,450}a{1,450}b', 'a'.repeat(8_000)],
    ['.*.*.*.*.*x', 'a'.repeat(8_000)],
    ['[ab]*a[ab]{300}c', 'ab'.repeat(4_000)],
    ['(?:a|b|ab)(?:a|b|ab)*c'.replace('*', ''), 'ab'.repeat(4_000)],
    ['\\w+\\s\\w+\\s\\w+\\s$', 'a '.repeat(4_000)],
  ])('finds %s in time', (source, value) => {
    const find = finds(source, true);
    const before = process.cpuUsage();
    find(value);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_500);
  });

  it('forgets where it stood, and goes on', () => {
    const find = finds('[ab]*a[ab]{40}c');
    const text = fc.sample(
      fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 8_000, maxLength: 8_000 }),
      {
        numRuns: 1,
        seed: 1,
      },
    )[0] as string;
    expect(find(text)).toBe(false);
    expect(find(`${text}a${'b'.repeat(40)}c`)).toBe(true);
  });
});

it('refuses a regex of too many parts', () => {
  expect(checkRegex('a{1,900}a{1,900}')).toMatchObject({ ok: false });
  expect(checkRegex('[A-Za-z0-9+/]{500,}')).toMatchObject({ ok: true });
});
