import { createHintFinder } from './hints.ts';
import { type KnownValues, withheld } from './known.ts';
import { namePatterns } from './name_patterns.ts';
import { secretPatterns, withoutAccounts } from './secrets.ts';
import type { Replace, TextPattern } from './text_pattern.ts';
import { letter } from './words.ts';

/** @param names whether names are looked for by where they stand */
export type ScanText = (
  text: string,
  known: KnownValues | undefined,
  names: boolean,
  replace: Replace,
) => string;

const atSign = '(?:@|%40|\\(at\\)|\\[at\\])';
/** From the sign on, with what stands before it as its group: each sign is looked at once. */
const mail = new RegExp(
  `(?=${atSign})(?<=(?<![${letter}.])([${letter}!#$%&'*+/=?^{|}~.-]{1,64}))${atSign}(?:[${letter}][${letter}-]{0,62}\\.){1,8}[a-z\\u00c0-\\uffff]{2,24}(?![${letter}])`,
  'gi',
);
const mailPattern: TextPattern = {
  hints: ['@', '%40', '(at)', '[at]'],
  apply(text, replace) {
    let out = '';
    let done = 0;
    for (const { 0: rest, 1: local = '', index } of text.matchAll(mail)) {
      const begin = index - local.length;
      if (begin < done) continue;
      out += text.slice(done, begin) + replace(plainMail(local + rest));
      done = index + rest.length;
    }
    return out + text.slice(done);
  },
};

const secrets = [...secretPatterns, mailPattern];
const nameOf = (words: readonly string[]): string => words.join('\0');
const groups = [
  ...new Set(
    [...secrets, ...namePatterns].flatMap(({ hints, also = hints }) => [nameOf(hints), nameOf(also)]),
  ),
];
const findHints = createHintFinder(groups.map((words) => words.split('\0')));

/** A pattern with the bits of its groups; a text has to have each. */
interface Ready {
  readonly apply: TextPattern['apply'];
  readonly hints: number;
  readonly also: number;
}
const bitOf = (words: readonly string[]): number => 1 << groups.indexOf(nameOf(words));
const ready = ({ apply, hints, also = hints }: TextPattern): Ready => ({
  apply,
  hints: bitOf(hints),
  also: bitOf(also),
});
const readySecrets = secrets.map(ready);
const readyNames = namePatterns.map(ready);

function applyAll(all: readonly Ready[], found: number, text: string, replace: Replace): string {
  let out = text;
  for (let i = 0; i < all.length; i++) {
    const { hints, also, apply } = all[i] as Ready;
    if ((found & hints) !== 0 && (found & also) !== 0) out = apply(out, replace);
  }
  return out;
}

/** Of texts that are short enough to come again, those that nothing was found in are remembered: half so many. */
const remembered = 20_000;
const longestRemembered = 256;

/**
 * Makes what gives a text with pseudonyms in the place of mail addresses and of names of accounts, where they are known or
 * stand where names stand, and without secrets. What is worth looking for is found in one pass over a text. Time is linear in the text.
 */
export function createTextScanner(): ScanText {
  let young = new Set<string>();
  let old = new Set<string>();

  return (text, known, names, replace) => {
    const found = findHints(text);
    // What was found to be clean with names looked for is so without.
    if (found !== 0 && (young.has(text) || old.has(text))) return withKnown(text, known, replace);
    const bare = withoutAccounts(applyAll(readySecrets, found, text, replace));
    const out = withKnown(bare, known, replace);
    if (!names) return out;
    const replaced = applyAll(readyNames, found, out, replace);
    if (bare === text && replaced === text && text.length <= longestRemembered) {
      if (young.size >= remembered) {
        old = young;
        young = new Set();
      }
      young.add(text);
    }
    return replaced;
  };
}

const withKnown = (text: string, known: KnownValues | undefined, replace: Replace): string =>
  known === undefined ? text : (known.replace(text, replace) ?? withheld);

/** As mail fields have it, so that it gets the same pseudonym. */
const plainMail = (found: string): string => found.replace(/%40|\(at\)|\[at\]/i, '@');
