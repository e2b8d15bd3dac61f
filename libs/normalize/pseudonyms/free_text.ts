import { namesIn } from './name_patterns.ts';
import { withoutSecrets } from './secrets.ts';
import { namesNobody } from './well_known.ts';
import { letter } from './words.ts';

/** Puts a pseudonym in the place of a name or an address. */
export type Replace = (value: string) => string;

/** Values that an event holds elsewhere, to be found as whole words in any case. */
export interface KnownValues {
  /** Lower case. */
  readonly lower: readonly string[];
  readonly expression: RegExp;
}

/** @param names whether names are looked for by where they stand */
export type ScanText = (
  text: string,
  known: KnownValues | undefined,
  names: boolean,
  replace: Replace,
) => string;

const mail = new RegExp(
  `(?<![${letter}.])[${letter}!#$%&'*+/=?^{|}~.-]{1,64}(?:@|%40|\\(at\\)|\\[at\\])(?:[${letter}][${letter}-]{0,62}\\.){1,8}[a-z\\u00c0-\\uffff]{2,24}(?![${letter}])`,
  'gi',
);
const mayHoldMail = (text: string): boolean =>
  text.includes('@') || text.includes('%40') || text.includes('(at)') || text.includes('[at]');

/** A text of these signs alone holds nothing, unless it is one long token. */
const severalWords = /[^\w.-]/;
const shortestToken = 15;

/** Of texts that are short enough to come again, those that nothing was found in are remembered: half so many. */
const remembered = 20_000;
const longestRemembered = 256;

/**
 * Makes what gives a text with pseudonyms in the place of mail addresses and of names of accounts, where they are known or
 * stand where names stand, and without secrets. Time is linear in the text.
 */
export function createTextScanner(): ScanText {
  let young = new Set<string>();
  let old = new Set<string>();

  return (text, known, names, replace) => {
    if (!severalWords.test(text) && text.length < shortestToken) return withKnown(text, known, replace);
    // What was found to be clean with names looked for is so without.
    if (young.has(text) || old.has(text)) return withKnown(text, known, replace);
    let out = withoutSecrets(text);
    if (mayHoldMail(out)) out = out.replace(mail, (found) => replace(plainMail(found)));
    const isClean = out === text;
    out = withKnown(out, known, replace);
    if (!names) return out;
    const replaced = namesIn(out, replace);
    if (isClean && replaced === text && text.length <= longestRemembered) {
      if (young.size >= remembered) {
        old = young;
        young = new Set();
      }
      young.add(text);
    }
    return replaced;
  };
}

function withKnown(text: string, known: KnownValues | undefined, replace: Replace): string {
  if (known === undefined) return text;
  const lower = text.toLowerCase();
  for (const value of known.lower)
    if (lower.includes(value)) return text.replace(known.expression, (found) => replace(found));
  return text;
}

/** As mail fields have it, so that it gets the same pseudonym. */
const plainMail = (found: string): string => found.replace(/%40|\(at\)|\[at\]/i, '@');

/** Shorter ones are parts of too many words. */
const leastKnown = 3;
const mostKnown = 64;
const longestKnown = 1_024;
const rememberedFinders = 2_000;

/** Makes ready what values are found by; undefined where none is worth looking for. Remembers the last ones. */
export function createKnownFinder(): (values: ReadonlySet<string>) => KnownValues | undefined {
  const finders = new Map<string, KnownValues | undefined>();
  return (values) => {
    if (values.size === 0) return undefined;
    const name = [...values].join('\0');
    if (finders.has(name)) return finders.get(name);
    if (finders.size >= rememberedFinders) finders.clear();
    const finder = finderOf(values);
    finders.set(name, finder);
    return finder;
  };
}

function finderOf(values: ReadonlySet<string>): KnownValues | undefined {
  const wanted = [...values]
    .filter((value) => value.length >= leastKnown && value.length <= longestKnown && !namesNobody(value))
    .sort((a, b) => b.length - a.length)
    .slice(0, mostKnown);
  if (wanted.length === 0) return undefined;
  const any = wanted.map((value) => value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  const expression = new RegExp(`(?<![${letter}])(?:${any})(?![${letter}])`, 'gi');
  return { lower: wanted.map((value) => value.toLowerCase()), expression };
}
