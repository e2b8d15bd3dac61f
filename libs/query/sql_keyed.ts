import { isNumeric } from './predicate.ts';
import { anyCase } from './sql_caseless.ts';
import type { Bind, SqlTest } from './sql_tests.ts';
import { fold } from './text.ts';
import { innerNewline, isWordMark, wordKinds } from './word_keys.ts';

/** The words of plain rows, and the key that a field's values have there (`wordKey`). */
export interface KeyedWords {
  readonly sql: string;
  readonly key: string;
}

/** To look for more takes longer than to read the document. */
const most = 8;

/** One of the field's values is one of those wanted; undefined where the document must say. */
export function equalWords(
  { sql, key }: KeyedWords,
  wanted: readonly string[],
  bind: Bind,
): string | undefined {
  if (wanted.length > most || wanted.some(hasMark)) return undefined;
  const lines = wanted.flatMap((text) => {
    const folded = fold(text);
    return [
      wordKinds.text + folded.replaceAll('\n', innerNewline),
      ...(folded === 'true' || folded === 'false' ? [wordKinds.whole + folded] : []),
      ...(isNumeric(text) ? [wordKinds.whole, wordKinds.number].map((kind) => kind + Number(text)) : []),
    ];
  });
  const folded = lines.map((line) => line.toLowerCase());
  const patterns = folded.flatMap((line) => anyCase(line) ?? []);
  // RE2 leaps from key to key.
  if (patterns.length === lines.length)
    return `regexp_matches(${sql}, ${bind(`${key}(?:${patterns.join('|')})\n`)})`;
  const tests = folded.map((line) => `contains(lower(${sql}), ${bind(`${key}${line}\n`)})`);
  return `(${tests.join(' OR ')})`;
}

/** Some value of these kinds passes. */
export function someWord(
  { sql, key }: KeyedWords,
  kinds: readonly (keyof typeof wordKinds)[],
  variable: string,
  test: SqlTest,
  bind: Bind,
): string {
  // Without a group RE2 takes half the time.
  const pattern = bind(`${key}[${kinds.map((kind) => wordKinds[kind]).join('')}][^\n]*`);
  const own = `substr(${variable}, ${key.length + 2})`;
  // No number or time has a newline.
  const value = kinds.includes('number') ? own : `translate(${own}, chr(11), chr(10))`;
  return `(len(list_filter(regexp_extract_all(${sql}, ${pattern}), lambda ${variable}: ${test(value)})) > 0)`;
}

export const hasMark = (text: string): boolean =>
  Array.from(text).some((letter) => isWordMark(letter.codePointAt(0) as number));
