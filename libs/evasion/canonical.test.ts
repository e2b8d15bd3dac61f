import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { canonical } from './canonical.ts';
import { tokensOf } from './tokens.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf16le').toString('base64');

it.each([
  ['carets', 'c^ert^util /url^cache', 'certutil /urlcache'],
  ['quotes', 'cer""tutil -"url"cache', 'certutil -urlcache'],
  ['back-ticks and case', 'PowerShell I`nvoke-E`xpression', 'powershell invoke-expression'],
  ['spaces', 'reg \t  save', 'reg save'],
  ['dashes', 'certutil \u2013urlcache \u2015f', 'certutil -urlcache -f'],
  ['`.exe`', 'certutil.exe -urlcache', 'certutil -urlcache'],
  ['detours of paths', 'C:\\Windows\\x1\\..\\.\\System32\\\\cmd', 'c:\\windows\\system32\\cmd'],
  ['variables', '%ComSpec% /c dir', 'c:\\windows\\system32\\cmd.exe /c dir'],
  ['parts of variables', 'ce%programdata:~4,1%tut%unset%il', 'certutil'],
  ['shells’ variables', '$env:windir\\notepad', 'c:\\windows\\notepad'],
  ['joined texts', "Down'+'loadString", 'downloadstring'],
  [
    'short options',
    'powershell -nop -w hidden -enc',
    'powershell -noprofile -windowstyle hidden -encodedcommand',
  ],
  ['short names', 'powershell iex', 'powershell invoke-expression'],
  ['numbers in other bases', 'nc 0x1bb', 'nc 443'],
])('reads a line the same with other %s', (_, edited, plain) => {
  expect(tokensOf(canonical(edited))).toEqual(tokensOf(plain));
});

it('reads what stands in Base64, twice over, and no deeper than three times', () => {
  const wrapped = (text: string) => `powershell -enc ${base64(text)}`;
  expect(tokensOf(canonical(wrapped(wrapped('reg save hklm\\sam'))))).toEqual(
    expect.arrayContaining(['save', 'sam']),
  );
  const deep = [1, 2, 3, 4].reduce(wrapped, 'reg save hklm\\sam');
  expect(tokensOf(canonical(deep))).not.toContain('sam');
});

it('tells kinds of words by what they are', () => {
  expect(tokensOf(`a1 70000 deadbeef01 ${'q'.repeat(41)} 8080`)).toEqual([
    'a1',
    '<num>',
    '<hex>',
    '<long>',
    '#8080',
  ]);
});

it('takes no more than linear time for lines made to be slow', () => {
  for (const piece of ['%a', 'x\\..', "'+", 'A', '$env:', '!a', '\u200b', 'x\\'])
    expect(canonical(piece.repeat(100_000)).length).toBeLessThanOrEqual(10 * 32_768);
}, 2_000);
