import fc from 'fast-check';
import { expect, it } from 'vitest';
import { yamlTokens } from './yaml-line.ts';

const kinds = (line: string): [string, string][] => yamlTokens(line).map(({ text, kind }) => [text, kind]);

it('tells keys, strings and notes apart', () => {
  expect(kinds("    CommandLine|contains: 'a # b' # note")).toEqual([
    ['    ', 'mark'],
    ['CommandLine|contains', 'key'],
    [':', 'mark'],
    [" 'a # b' ", 'string'],
    ['# note', 'note'],
  ]);
  expect(kinds('  - whoami /all')).toEqual([
    ['  - ', 'mark'],
    ['whoami /all', 'plain'],
  ]);
  expect(kinds('# all of it')).toEqual([['# all of it', 'note']]);
});

it('does not take a colon or a hash within a value for more than it is', () => {
  expect(kinds('- http://a.b/#c')).toEqual([
    ['- ', 'mark'],
    ['http://a.b/#c', 'plain'],
  ]);
  expect(kinds("author: O'Neill # x").at(-1)).toEqual(['# x', 'note']);
});

it('never loses or adds a character', () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      expect(
        yamlTokens(line)
          .map(({ text }) => text)
          .join(''),
      ).toBe(line);
    }),
  );
});
