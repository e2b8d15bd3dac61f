import type { KqlValue } from './ast.ts';
import { hasMark } from './sql_keyed.ts';
import type { SqlLayout, SqlRows } from './sql_layout.ts';
import { type Bind, wordsTest } from './sql_tests.ts';
import { innerNewline, unkeyedWords, wordMarks } from './word_keys.ts';

/** Whether a row has one of the values in one line of its texts. */
export function anyText(
  values: readonly KqlValue[],
  { texts, words, wordKey }: SqlLayout,
  rows: SqlRows,
  bind: Bind,
  variable: () => string,
): string {
  const alone = values.flatMap(apart);
  const regexes = alone.filter(({ type }) => type === 'regex');

  const conditions = texts.map((column) => {
    if (column !== words || wordKey === undefined) return within(column, false);
    if (rows === 'plain') return within(column, true);
    const start = bind(unkeyedWords);
    const plain = within(`left(substr(${column}, ${unkeyedWords.length + 1}), -1)`, false);
    return `CASE WHEN starts_with(${column}, ${start}) THEN ${plain} ELSE ${within(column, true)} END`;
  });
  return `(${conditions.map((condition) => `coalesce(${condition}, FALSE)`).join(' OR ')})`;

  function within(column: string, isKeyed: boolean): string {
    const patterns = alone.filter((value) => mayStandIn(value, isKeyed));
    const gap = isKeyed ? `[^\n${innerNewline}]*` : '[^\n]*';
    const tests = [
      ...(patterns.length === 0 ? [] : [wordsTest(patterns, bind, gap)(column)]),
      ...(regexes.length === 0 ? [] : [inSomeLine(column, isKeyed)]),
    ];
    return tests.length === 0 ? 'FALSE' : `(${tests.join(' OR ')})`;
  }

  function inSomeLine(column: string, isKeyed: boolean): string {
    const test = wordsTest(regexes, bind);
    const line = variable();
    // Of words, what is left without their keys, as `documentFacts` has them.
    const text = isKeyed ? `translate(left(${column}, -1), ${bind(wordMarks)}, chr(10))` : column;
    const some = `len(list_filter(string_split(${text}, chr(10)), lambda ${line}: ${test(line)})) > 0`;
    // Hardly a text but the words has a second line.
    return column === words
      ? some
      : `CASE WHEN contains(${column}, chr(10)) THEN ${some} ELSE ${test(column)} END`;
  }
}

const apart = (value: KqlValue): readonly KqlValue[] =>
  value.type === 'words' ? value.words.map((text) => ({ type: 'literal', text })) : [value];

/** No line has a newline, and keyed words have marks for what is none of a value. */
function mayStandIn(value: KqlValue, isKeyed: boolean): boolean {
  if (value.type === 'regex' || value.type === 'words') return false;
  const parts = value.type === 'literal' ? [value.text] : value.parts;
  return !parts.some((part) => part.includes('\n') || (isKeyed && hasMark(part)));
}
