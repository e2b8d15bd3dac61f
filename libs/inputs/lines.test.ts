import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAsciiReader, createLineCursor, splitLines } from './lines.ts';

test('splits as a string would, whatever the bytes', () => {
  const bytes = fc
    .array(fc.constantFrom('a', 'é', '\n', '\r\n', '\r'), { maxLength: 40 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(bytes, (text) => {
      const expected = text.split(/\r?\n/).filter((line) => line !== '');
      // A lone CR at the very end belongs to a line end of which the LF is missing.
      if (text.endsWith('\r'))
        expected.splice(
          -1,
          1,
          ...expected
            .slice(-1)
            .map((line) => line.slice(0, -1))
            .filter((line) => line !== ''),
        );
      expect(splitLines(Buffer.from(text)).map(String)).toEqual(expected);
    }),
  );
});

test('gives ranges, and leaves an unfinished line when asked to', () => {
  const bytes = Buffer.from('ab\r\n\ncd');
  const cursor = createLineCursor(bytes, { unfinished: false });
  const seen: number[][] = [];
  while (cursor.advance()) seen.push([cursor.start, cursor.end, cursor.number]);
  expect(seen).toEqual([
    [0, 2, 1],
    [4, 4, 2],
  ]);
  expect(cursor.next).toBe(5);
  expect(splitLines(bytes).map(String)).toEqual(['ab', 'cd']);
});

test('copies nothing', () => {
  const bytes = Buffer.from('ab\ncd\n');
  for (const line of splitLines(bytes)) expect(line.buffer).toBe(bytes.buffer);
});

test('reads parts as text where they are ASCII, wherever they lie', () => {
  const long = 'x'.repeat(70_000);
  const lines = ['one', 'two', long, 'three', 'é', 'four', ...Array(20_000).fill('a line more')];
  const bytes = Buffer.from(lines.join(''));
  const textOf = createAsciiReader(bytes);
  let start = 0;
  const texts = lines.map((line) => {
    const end = start + Buffer.byteLength(line);
    const text = textOf(start, end);
    start = end;
    return text;
  });
  expect(texts.slice(0, 5)).toEqual(['one', 'two', undefined, undefined, undefined]);
  const given = texts.filter((text) => text !== undefined);
  expect(given.length).toBeGreaterThan(10_000);
  expect(texts.every((text, i) => text === undefined || text === lines[i])).toBe(true);
  expect(textOf(0, 3)).toBe('one');
});
