import { expect, test } from 'vitest';
import { fileConfig } from './config.ts';
import { createSplitter } from './split.ts';

const config = (multiline: object) => fileConfig.parse({ paths: ['/a.log'], multiline });

/** Records of a text that goes on, and what waits for more. */
function split(text: string, multiline: object, flush = false): { records: string[]; rest: string } {
  const bytes = Buffer.from(text);
  const { bounds, next } = createSplitter(config(multiline))(bytes, { lastLine: false, flush });
  const records: string[] = [];
  for (let i = 0; i < bounds.length; i += 2) records.push(bytes.toString('utf8', bounds[i], bounds[i + 1]));
  return { records, rest: bytes.toString('utf8', next) };
}

const same = { same: 'msg=audit\\(([^)]+)\\)' };
const of = (type: string, serial: number): string => `type=${type} msg=audit(1795252081.123:${serial}): x`;

test.each<[name: string, lines: string[], records: string[][]]>([
  ['records of one serial', [of('SYSCALL', 7), of('PATH', 7), of('LOGIN', 8)], [['SYSCALL', 'PATH']]],
  ['each by itself', [of('LOGIN', 7), of('LOGIN', 8), of('LOGIN', 9)], [['LOGIN'], ['LOGIN']]],
  [
    'a serial that comes again later',
    [of('CWD', 7), of('CWD', 8), of('CWD', 7), of('CWD', 9)],
    [['CWD'], ['CWD'], ['CWD']],
  ],
  [
    'lines without it',
    ['type=A', 'type=B', of('CWD', 7), 'type=C', of('CWD', 7)],
    [['A'], ['B'], ['CWD'], ['C']],
  ],
])('same: %s', (_, lines, expected) => {
  const { records } = split(`${lines.join('\n')}\n`, same);
  const types = records.map((record) => record.split('\n').map((line) => /type=(\w+)/.exec(line)?.[1]));
  expect(types).toEqual(expected);
});

test('same: the last record waits for more, and is let go when told to', () => {
  const text = `${of('SYSCALL', 7)}\n${of('PATH', 7)}\n`;
  expect(split(text, same)).toEqual({ records: [], rest: text });
  expect(split(text, same, true)).toEqual({ records: [text.trimEnd()], rest: '' });
});

test('same: limits hold', () => {
  const text = Array.from({ length: 5 }, () => `${of('PATH', 7)}\n`).join('');
  expect(
    split(text, { ...same, max_lines: 2 }, true).records.map((record) => record.split('\n').length),
  ).toEqual([2, 2, 1]);
});

test('start and continue', () => {
  const text = 'a 1\n  x\na 2\n  y\n';
  const expected = { records: ['a 1\n  x'], rest: 'a 2\n  y\n' };
  expect(split(text, { start: '^a' })).toEqual(expected);
  expect(split(text, { continue: '^ ' })).toEqual(expected);
});

test.each([
  ['none', {}],
  ['two', { start: '^a', same: '(a)' }],
  ['no group', { same: 'abc' }],
  ['two groups', { same: '(a)(b)' }],
  ['no expression', { same: '(a' }],
])('refuses %s', (_, multiline) => {
  expect(fileConfig.safeParse({ paths: ['/a.log'], multiline }).success).toBe(false);
});
