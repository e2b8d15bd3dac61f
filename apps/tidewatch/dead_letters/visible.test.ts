import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hexDump, visibleJson, visibleLine, visibleText } from './visible.ts';

const hostile = '\u001b[2J\u009b31m\u202etxt.exe\u0007\r\nforged';

it('shows what a terminal would obey, and keeps the rest', () => {
  expect(visibleLine(hostile, 100)).toBe('\\u001b[2J\\u009b31m\\u202etxt.exe\\u0007\\u000d\\u000aforged');
  expect(visibleText('a\tb\n\u001bc')).toBe('a\tb\n\\u001bc');
  expect(visibleLine('naïve – 日本', 100)).toBe('naïve – 日本');
  expect(visibleLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
});

it('writes JSON that reads back as the same, without a control character', () => {
  const codes = fc.array(fc.integer({ min: 0, max: 0xffff }));
  const text = fc.oneof(
    codes.map((some) => String.fromCharCode(...some)),
    fc.constant(hostile),
  );
  fc.assert(
    fc.property(text, (value) => {
      const json = visibleJson({ value });
      expect(json).not.toMatch(/\p{Cc}/u);
      expect(JSON.parse(json)).toEqual({ value });
    }),
  );
});

it('dumps bytes that are no text', () => {
  expect(hexDump(Uint8Array.from([0x7b, 0xff, 0x00, 0x41]))).toBe(
    `00000000  7b ff 00 41${' '.repeat(36)}  {..A`,
  );
});
