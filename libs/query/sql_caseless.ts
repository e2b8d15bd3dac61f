import type { Bind } from './sql_tests.ts';

/** Of these alone all cases are known here: letters beyond them have more than two. */
const ascii = /^[\0-\x7f]*$/;
/** What folds to one of these letters, beside the letter and its upper case. */
const more: Readonly<Record<string, string>> = { i: 'İ', k: '\u212a' };

/** A literal inside an RE2 pattern; NUL can't stand there as itself. */
export const quote = (text: string): string =>
  text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll('\0', '\\x00');

/**
 * An RE2 pattern of whatever `fold` makes this folded text, so that no lower-case copy need be made of what is searched;
 * undefined where the text is not of ASCII.
 */
export function anyCase(folded: string): string | undefined {
  if (!ascii.test(folded)) return undefined;
  return Array.from(folded, (char) =>
    /[a-z]/.test(char) ? `[${char}${char.toUpperCase()}${more[char] ?? ''}]` : quote(char),
  ).join('');
}

/** A mark with enough behind it: RE2 leaps to it, where it would take one character after the other to find a letter. */
const fromMark = /[!-/:-@[-`{-~].{3,}$/s;

/** SQL that is true of all texts that hold the folded one in any case, and of few others. */
export function mayHold(text: string, folded: string, bind: Bind): string {
  const pattern = anyCase(fromMark.exec(folded)?.[0] ?? '');
  return pattern
    ? `regexp_matches(${text}, ${bind(pattern)}, 's')`
    : `contains(lower(${text}), ${bind(folded)})`;
}
