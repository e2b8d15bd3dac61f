import type { KqlValue } from './ast.ts';
import type { DslBounds } from './dsl.ts';
import { all, and, any, type Dsl, escapeTerm, maxRegexp, none, regexp } from './dsl_clauses.ts';
import { neededWords } from './dsl_regex.ts';
import { endsWithWord, fold, startsWithWord } from './text.ts';

/**
 * What the tokenizer of `words` fields must take as one token (Java's regex, each match a token, in lower case): a word, or
 * all that stands between two words, unless that is one space. So words that follow each other are a phrase exactly
 * where one space is between them, and a phrase with punctuation needs the same punctuation.
 */
export const dslWordPattern = '[\\p{L}\\p{N}_]+|(?! [\\p{L}\\p{N}_])[^\\p{L}\\p{N}_]+';
/** Longer tokens must be cut to this many characters: Lucene refuses terms of over 32,766 bytes. */
export const dslWordLength = 8_191;

const exactly = (clause: Dsl): DslBounds => ({ may: clause, sure: clause });
const wordRuns = /[\p{L}\p{N}_]+/gu;

/**
 * A text that holds the words asked for.
 *
 * @param reach `lines`: within one line of one value; `whole`: within one value
 */
export function wordsBounds(field: string, values: readonly KqlValue[], reach: 'lines' | 'whole'): DslBounds {
  const texts = values.flatMap((value) => {
    if (value.type === 'literal') return [value.text];
    return value.type === 'words' ? value.words : [];
  });
  const words = texts.filter((text) => oneWord.test(text) && text.length < dslWordLength);
  const each = [
    ...(words.length === 0 ? [] : [exactly({ terms: { [field]: words.map(fold) } })]),
    ...texts.filter((text) => !words.includes(text)).map((text) => literal(field, text, reach)),
    ...values.flatMap((value) => {
      if (value.type === 'wildcard') return [pattern(field, value.parts, reach)];
      return value.type === 'regex' ? [regexWords(field, value.source, value.ignoreCase, reach)] : [];
    }),
  ];
  const may = any(each.map((one) => one.may));
  return each.every((one) => one.may === one.sure)
    ? exactly(may)
    : { may, sure: any(each.map((one) => one.sure)) };
}

const oneWord = /^[\p{L}\p{N}_]+$/u;

/** Words that a regex can't do without. */
function regexWords(field: string, source: string, ignoreCase: boolean, reach: 'lines' | 'whole'): DslBounds {
  const needed = neededWords(source, ignoreCase).map(
    (letters) => holding(field, `.*${letters}.*`, reach).may,
  );
  return { may: and([present(field, reach), ...needed]), sure: none };
}

/** What must be there at all; every document has some text. */
const present = (field: string, reach: 'lines' | 'whole'): Dsl =>
  reach === 'lines' ? all : { exists: { field } };

function literal(field: string, text: string, reach: 'lines' | 'whole'): DslBounds {
  if (text === '') return exactly(present(field, reach));
  if (reach === 'lines' && text.includes('\n')) return exactly(none);
  const runs = [...text.matchAll(wordRuns)];
  const [first] = runs;
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return between(field, text, reach);
  const core = text.slice(first.index, last.index + last[0].length);
  const phrase: Dsl = { match_phrase: { [field]: { query: core } } };
  return core === text && text.length < dslWordLength ? exactly(phrase) : { may: phrase, sure: none };
}

/** What holds no letter or digit lies within one token, but for single spaces, which are none. */
function between(field: string, text: string, reach: 'lines' | 'whole'): DslBounds {
  if (text === ' ') return { may: present(field, reach), sure: none };
  return holding(field, `.*${escapeTerm(text)}.*`, reach);
}

function holding(field: string, letters: string, reach: 'lines' | 'whole'): DslBounds {
  return letters.length > maxRegexp
    ? { may: present(field, reach), sure: none }
    : exactly(regexp(field, letters));
}

function pattern(field: string, parts: readonly string[], reach: 'lines' | 'whole'): DslBounds {
  if (reach === 'lines' && parts.some((part) => part.includes('\n'))) return exactly(none);
  const folded = parts.map(fold);
  const filled = folded.filter((part) => part !== '');
  const [only] = filled;
  if (only === undefined) return exactly(present(field, reach));
  const tokens = folded.flatMap((part, i) => tokensOf(part, i > 0, i < folded.length - 1));
  const single = filled.length === 1 && /^[\p{L}\p{N}_]+$/u.test(only) && only.length < dslWordLength;
  if (tokens.length === 0)
    return filled.length === 1 ? between(field, only, reach) : { may: present(field, reach), sure: none };
  const bounds = tokens.map((letters) => holding(field, letters, reach));
  const may = and(bounds.map((token) => token.may));
  return single && bounds.every((token) => token.may === token.sure) ? exactly(may) : { may, sure: none };
}

/** The words of a part as patterns of tokens; at a star they may go on. */
function tokensOf(part: string, starBefore: boolean, starAfter: boolean): string[] {
  return [...part.matchAll(wordRuns)].map(({ 0: word, index }) => {
    const opens = starBefore && index === 0 && startsWithWord(part);
    const goesOn = starAfter && index + word.length === part.length && endsWithWord(part);
    return `${opens ? '.*' : ''}${escapeTerm(word)}${goesOn ? '.*' : ''}`;
  });
}
