import type { KqlValue } from './ast.ts';
import { mayHold } from './sql_caseless.ts';
import type { SqlLayout } from './sql_layout.ts';
import { type Bind, type SqlTest, wordsTest } from './sql_tests.ts';
import { fold } from './text.ts';
import { wordMarks } from './word_keys.ts';

/** To look for more takes longer than the test that it may spare. */
const most = 8;

/** Whether a row has one of the values in one of its texts: patterns within one line, words anywhere. */
export function anyText(
  values: readonly KqlValue[],
  { texts, words, wordKey }: SqlLayout,
  bind: Bind,
  variable: () => string,
): string {
  const byLine = values.filter(isByLine);
  const anywhere = values.filter((value) => !isByLine(value));

  /** Of words, what is left without their keys, as `documentFacts` has them. */
  const plainText = (column: string): string =>
    column === words && wordKey !== undefined
      ? `translate(left(${column}, -1), ${bind(wordMarks)}, chr(10))`
      : column;

  function inSomeLine(column: string, test: SqlTest): string {
    const line = variable();
    const lines = `string_split(${plainText(column)}, chr(10))`;
    const some = `len(list_filter(${lines}, lambda ${line}: ${test(line)})) > 0`;
    // Hardly a text but the words has a second one.
    return column === words
      ? some
      : `CASE WHEN contains(${column}, chr(10)) THEN ${some} ELSE ${test(column)} END`;
  }

  /** To cut a text into lines takes many times as long as to see that it holds no part of what is looked for. */
  function whereParts(column: string, test: string): string {
    const parts = partsOf(byLine);
    if (parts === undefined || parts.length > most) return test;
    return `CASE WHEN ${parts.map((part) => mayHold(column, part, bind)).join(' OR ')} THEN ${test} ELSE FALSE END`;
  }

  const conditions = texts.flatMap((column) => [
    ...(anywhere.length === 0 ? [] : [wordsTest(anywhere, bind)(column)]),
    ...(byLine.length === 0 ? [] : [whereParts(column, inSomeLine(column, wordsTest(byLine, bind)))]),
  ]);
  return `(${conditions.map((condition) => `coalesce(${condition}, FALSE)`).join(' OR ')})`;
}

const isByLine = (value: KqlValue): boolean =>
  value.type === 'wildcard' ||
  value.type === 'regex' ||
  (value.type === 'literal' && /\p{Cc}/u.test(value.text));

/** One of them is in each text that has one of the values, in lower case; undefined where that may be any text. */
function partsOf(values: readonly KqlValue[]): readonly string[] | undefined {
  const parts = values.map((value): readonly string[] | undefined => {
    if (value.type === 'regex') return undefined;
    if (value.type === 'words') return value.words.map(fold);
    const own = value.type === 'literal' ? [value.text] : value.parts;
    return [own.map(fold).reduce((a, b) => (b.length > a.length ? b : a))];
  });
  return parts.includes(undefined) ? undefined : parts.flatMap((some) => some ?? []);
}
