/**
 * How a store's words of a row say which field a value is of, so that conditions on a field need not read the document:
 * each line is `<key><kind><value>`, and ends with a newline. Keys and kinds are of control characters that no value of a
 * plain row has; a newline within a value is written as {@link innerNewline}.
 */
const keyLetters = Array.from({ length: 32 }, (_, code) => code).filter(
  (code) => code > 3 && ![9, 10, 11, 13].includes(code),
);
const keyLength = 4;

/** A text; a whole number below 1e15 or a truth value, which have one spelling; any other number. */
export const wordKinds = { text: '\x01', whole: '\x02', number: '\x03' } as const;
export const innerNewline = '\v';

/** Characters that a value of a plain row can't have: a row with one is nested. */
export const isWordMark = (code: number): boolean => code < 32 && code !== 9 && code !== 10 && code !== 13;

/** What the words of a row begin with whose values have marks: its lines are the values as they are. */
export const unkeyedWords = `${wordKinds.text}\n`;

/** What the marks come to as text, for `translate`: newlines within values come back, keys and kinds go. */
export const wordMarks = `${innerNewline}${String.fromCharCode(1, 2, 3, ...keyLetters)}`;

/** The key of a field by the keys of its path: FNV-1a (Fowler, Noll, Vo) over their UTF-16 units. Two fields may share one. */
export function wordKey(keys: readonly string[]): string {
  let hash = 0x811c9dc5 | 0;
  for (const key of keys) {
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0x10000, 0x01000193);
  }
  let rest = (hash ^ (hash >>> 15)) >>> 0;
  const letters: number[] = [];
  for (; letters.length < keyLength; rest = Math.floor(rest / keyLetters.length))
    letters.push(keyLetters[rest % keyLetters.length] as number);
  return String.fromCharCode(...letters);
}
