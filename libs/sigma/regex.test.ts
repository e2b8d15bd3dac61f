import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { translateRegex } from './regex.ts';

function compile(pattern: string, flags = ''): RegExp {
  const result = translateRegex(pattern, new Set(flags));
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return new RegExp(result.source, result.flags);
}

describe('translateRegex', () => {
  it.each([
    ['a{3}', 'aaa', 'aa'],
    ['^a{2,3}$', 'aaa', 'aaaa'],
    ['^a{2,}$', 'aaaaa', 'a'],
    ['^(ab){0,2}$', 'abab', 'ababab'],
    ['^[a-c]{2,3}?x$', 'abcx', 'ax'],
    ['^a{0}b$', 'b', 'ab'],
    ['^.{150}$', 'x'.repeat(150), 'x'.repeat(149)],
    ['^(.){200,}$', 'x'.repeat(201), 'x'.repeat(199)],
    ['a{b}', 'a{b}', 'ab'],
    ['^{a}$', '{a}', 'a'],
    ['(?i)^a[b-d]E\\x46$', 'AcEf', 'AeEf'],
    ['(?i)^[^a-m]$', 'N', 'A'],
    ['(?i)^\u00e4$', '\u00c4', 'a'],
    ['x(?i:y)z', 'xYz', 'XYz'],
    ['^[\\w-]+$', 'a-b', 'a.b'],
    ['^[a\\]b]+$', 'a]b', 'a[b'],
    ['^[^]]$', 'a', ']'],
    ['^[]-a]$', '^', 'b'],
    ['a|b', 'b', 'c'],
    ['(?<name>a)(?P<other>b)', 'ab', 'a'],
    ['^a*?b+?c??$', 'aab', 'c'],
    ['\\.\\-\\"\\/', '.-"/', 'a'],
  ])('%s matches %j and not %j', (pattern, yes, no) => {
    expect(compile(pattern).test(yes)).toBe(true);
    expect(compile(pattern).test(no)).toBe(false);
  });

  it.each([
    '(?>a)',
    'a++',
    'a{2}+',
    '(?#c)',
    '(?x)a',
    'a{3,2}',
    '*a',
    'a)',
    '[a',
    '\\x4',
    '\\012',
    '[\\B]',
    '((a{1,9000})+)+',
  ])('%s is refused', (pattern) => {
    expect(translateRegex(pattern, new Set())).toMatchObject({ ok: false, problem: { kind: 'invalid' } });
  });

  it('agrees with JavaScript where the two mean the same', () => {
    const atom = fc.constantFrom('a', 'b', 'B', '[ab]', '[^a]', '(a|b)', '(?:ab?)', '\\d', '\\w', '[a-bX]');
    const quantifier = fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '{0,2}?');
    const part = fc.tuple(atom, quantifier).map((pair) => pair.join(''));
    const pattern = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `^${parts.join('')}$`);
    const text = fc.stringMatching(/^[abABxX1]{0,8}$/);
    fc.assert(
      fc.property(pattern, text, fc.constantFrom('', 'i'), (source, value, flags) => {
        expect(compile(source, flags).test(value)).toBe(new RegExp(source, flags).test(value));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** In a process of its own, since the flag is the process's. */
it('no expression that is taken can hang the process', async () => {
  const module = fileURLToPath(new URL('regex.ts', import.meta.url));
  const program = `
    const { enableLinearRegExpFallback, translateRegex } = await import(${JSON.stringify(module)});
    enableLinearRegExpFallback();
    const found = [];
    for (const pattern of ['^(a+)+$', '(?i)^(A+)+$', '^(?:a{30}|a+)+$', '^(a|a)*$', '(?i)^([a-z]{1,20}\\\\s?)+$', '(?m)^(?<n>a*)*b$']) {
      const { source, flags } = translateRegex(pattern, new Set());
      found.push(new RegExp(source, flags).test('a'.repeat(20_000) + '!'));
    }
    console.log(JSON.stringify(found));
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    timeout: 9_000,
  });
  expect(JSON.parse(stdout)).toEqual(Array(6).fill(false));
});
