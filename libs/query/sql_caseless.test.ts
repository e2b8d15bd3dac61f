import { expect, it } from 'vitest';
import { anyCase } from './sql_caseless.ts';
import { fold } from './text.ts';

it('fits every character that folds to one of ASCII, and no other', () => {
  const ascii = Array.from({ length: 128 }, (_, code) => fold(String.fromCharCode(code)));
  const patterns = new Map(ascii.map((char) => [char, new RegExp(`^${anyCase(char)}$`, 's')]));
  const any = new RegExp(`^(?:${ascii.map((char) => anyCase(char)).join('|')})$`, 's');
  const wrong: string[] = [];
  for (let code = 0; code < 0x1_ffff; code++) {
    const char = String.fromCodePoint(code);
    const pattern = patterns.get(fold(char));
    if (pattern === undefined ? any.test(char) : !pattern.test(char)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
  expect(['é', 'aß', 'σ'].map(anyCase)).toEqual([undefined, undefined, undefined]);
});
