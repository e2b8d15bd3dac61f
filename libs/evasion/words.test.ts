import { Buffer } from 'node:buffer';
import { Random } from '@tidewatch/forest';
import { expect, it } from 'vitest';
import { benignLines } from '../../test/bench/models/benign_lines.ts';
import { canonical, lineLimit } from './canonical.ts';
import { editKinds, edits } from './edits.ts';
import { tokensOf } from './tokens.ts';
import { WordFinder } from './words.ts';

const tokensRead = (finder: WordFinder, line: string): string[] => {
  const { list, tokens } = finder.read(line);
  return [...list.subarray(0, tokens)].map((token) => finder.textOf(token));
};

it('reads the tokens of a line as its canonical text has them, however it is edited', () => {
  const random = new Random(5);
  const finder = new WordFinder([], []);
  const lines = benignLines(600, 31).flatMap((line) => [
    line,
    ...editKinds.flatMap((kind) => edits[kind](line, random) ?? []),
  ]);
  const hostile = [
    '',
    '"',
    "' + '",
    '"+',
    '-"e"c /"c x',
    '."."\\a',
    'A'.repeat(19),
    'A'.repeat(200),
    '0 00443 65535 65536 000000065535 /8080 -7',
    `${'1'.repeat(45)} ${'0'.repeat(300)}9`,
    `0x1bb 0x${'f'.repeat(80)} 0x${'0'.repeat(80)}1bb 0x${'g'.repeat(80)} 0x`,
    `abcdefab abcdefa1 abcdef1 ${'ab1'.repeat(30)} abcdefa1-b`,
    `${'é'.repeat(40)} ${'é'.repeat(41)} ${'c'.repeat(40)} ${'c'.repeat(41)} -${'c'.repeat(40)}`,
    Buffer.from('reg save hklm', 'utf16le').toString('base64'),
    'İ\u200bx',
    'a\u0000b',
    `${'x'.repeat(lineLimit - 2)} tail`,
    '%temp% '.repeat(9_000),
  ];
  for (const line of [...lines, ...hostile])
    expect(tokensRead(finder, line), line).toEqual(tokensOf(canonical(line)));
});

it('finds ends of words as they stand in them', () => {
  const texts = ['exe', 'cert', 'rtu', 'util', 'certutil', 'aaa', 'aaaa', 'ünü', '-en'];
  const edges = ['prefix', 'suffix', 'inner'] as const;
  const wanted = texts.flatMap((text) => edges.map((edge) => ({ text, edge })));
  const finder = new WordFinder(wanted, []);
  const holds = { prefix: 'startsWith', suffix: 'endsWith', inner: 'includes' } as const;
  const met = [
    'cert',
    'certutil',
    'iertutil64',
    'exeutil',
    'aaa',
    'aaaaab',
    'a',
    'aa',
    'ünü',
    'xünüy',
    'x-encoded',
  ];
  for (const word of met) {
    const { words, count } = finder.read(word);
    const found = [...words.subarray(0, count)].sort((a, b) => a - b);
    expect(found, word).toEqual(
      wanted.flatMap(({ text, edge }, number) => (word[holds[edge]](text) ? [number] : [])),
    );
  }
});

it('finds words by their ends, also after it has forgotten all words', () => {
  const finder = new WordFinder(
    [
      { text: 'certutil', edge: 'whole' },
      { text: 'cert', edge: 'prefix' },
      { text: 'util', edge: 'suffix' },
      { text: 'rtu', edge: 'inner' },
    ],
    [],
  );
  const found = (line: string) => {
    const { words, count } = finder.read(line);
    return [...words.subarray(0, count)].sort();
  };
  const all = () => [found('certutil.exe'), found('certificates fsutil portuna'), found('iertutils')];
  const before = all();
  expect(before).toEqual([[0, 1, 2, 3], [1, 2, 3], [3]]);
  for (let from = 0; from < 80_000; from += 1_000)
    finder.read(Array.from({ length: 1_000 }, (_, i) => `w${from + i}x`).join(' '));
  expect(all()).toEqual(before);
});
