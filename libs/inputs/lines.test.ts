import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineCursor, splitLines } from './lines.ts';

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
