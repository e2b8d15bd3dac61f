import { describe, expect, it } from 'vitest';
import { DelimitedReader } from './delimited.ts';

function read(pieces: readonly string[], options = {}) {
  const rows: string[][] = [];
  let unfit = 0;
  const reader = new DelimitedReader(
    { delimiter: ',', comment: '#', ...options },
    (row) => rows.push(row),
    () => {
      unfit++;
    },
  );
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { rows, unfit };
}

const table = [
  [
    'plain',
    'a,b\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'CRLF, no end of line at the end',
    'a,b\r\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['comments and empty lines', '# x,y\n\n\r\na,b\n#', [['a', 'b']]],
  [
    'empty values',
    ',\n,,\n',
    [
      ['', ''],
      ['', '', ''],
    ],
  ],
  ['quotation marks', '"a,1","say ""no""",c\n"x"\n', [['a,1', 'say "no"', 'c'], ['x']]],
  ['lines within values', '"a\nb",c\r\n"d\r\ne","f"\r\ng\n', [['a\nb', 'c'], ['d\r\ne', 'f'], ['g']]],
  [
    'marks in the middle',
    'a"b,c\n"a"b,c\n',
    [
      ['a"b', 'c'],
      ['ab', 'c'],
    ],
  ],
  ['an empty quoted value', '"",""\n', [['', '']]],
] as const;

describe('DelimitedReader', () => {
  it.each(table)('reads %s', (_, text, rows) => {
    expect(read([text])).toEqual({ rows, unfit: 0 });
  });

  it.each(table)('reads %s, whatever the pieces', (_, text, rows) => {
    for (let size = 1; size < text.length; size++)
      expect(read(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])).toEqual({ rows, unfit: 0 });
  });

  it('takes other delimiters, and no comments where there are none', () => {
    expect(read(['#a;b\n'], { delimiter: ';', comment: undefined }).rows).toEqual([['#a', 'b']]);
  });

  it('gives up a mark that nobody closes, with its own line', () => {
    expect(read(['a,b\n"c,d\n', 'e,f\n'])).toEqual({
      rows: [
        ['a', 'b'],
        ['e', 'f'],
      ],
      unfit: 1,
    });
    const line = `${'x'.repeat(999)}\n`;
    const { rows, unfit } = read(['"open\n', ...new Array<string>(3_000).fill(line)]);
    expect({ rows: rows.length, unfit }).toEqual({ rows: 3_000, unfit: 1 });
  });

  it('passes over a line that is too long', () => {
    expect(read(['a\n', 'x'.repeat(3_000_000), '\nb\n'])).toEqual({ rows: [['a'], ['b']], unfit: 1 });
  });
});
