import { Rejection } from '../errors.ts';
import { type Pattern, type Token, wild, windash } from '../pattern.ts';
import { withNames } from '../placeholder.ts';
import type { Options } from './options.ts';

/** Stand for literal `*` and `?` while wildcards are written so; noncharacters, which no text has. */
const literalStar = '\ufdd2';
const literalMark = '\ufdd3';

/**
 * The text of a Sigma string as regular expressions of pipelines see it: wildcards as `*` and `?`, a backslash as it
 * is, a class of dashes as `-`.
 */
export const written = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (typeof token === 'string') return token.replaceAll('*', literalStar).replaceAll('?', literalMark);
      return token === wild.many ? '*' : token === wild.one ? '?' : '-';
    })
    .join('');

/** As {@link written}, for people and comparisons. */
export const shownText = (tokens: readonly Token[]): string =>
  withNames(written(tokens).replaceAll(literalStar, '*').replaceAll(literalMark, '?'));

/** Reads what {@link written} wrote. */
function readWritten(text: string): Token[] {
  const pieces = text.split(/([*?])/).filter((piece) => piece !== '');
  return joined(
    pieces.map((piece): Token => {
      if (piece === '*') return wild.many;
      if (piece === '?') return wild.one;
      return piece.replaceAll(literalStar, '*').replaceAll(literalMark, '?');
    }),
  );
}

/** Puts neighbouring texts together, and neighbouring `*`. */
export function joined(tokens: readonly Token[]): Token[] {
  const together: Token[] = [];
  for (const token of tokens) {
    const last = together.at(-1);
    if (typeof token === 'string' && typeof last === 'string') together[together.length - 1] = last + token;
    else if (token !== '' && !(token === wild.many && last === wild.many)) together.push(token);
  }
  return together;
}

/** Changes a Sigma string by its text. Where dashes were a class, they are one afterwards as well. */
export function rewrite(tokens: readonly Token[], change: (text: string) => string): Token[] {
  const changed = readWritten(change(written(tokens)));
  return tokens.includes(wild.dash) ? windash(changed) : changed;
}

export const rewriteLiterals = (tokens: readonly Token[], change: (text: string) => string): Token[] =>
  joined(tokens.map((token) => (typeof token === 'string' ? change(token) : token)));

type Text = Extract<Pattern, { kind: 'text' }>;

/** Puts other patterns in the place of the Sigma strings of a pattern; what is none stays. */
export function mapTexts(pattern: Pattern, change: (text: Text) => Pattern): Pattern {
  if (pattern.kind === 'text') return change(pattern);
  if (pattern.kind !== 'any') return pattern;
  const patterns = pattern.patterns.map((each) => mapTexts(each, change));
  return patterns.every((each, i) => each === pattern.patterns[i]) ? pattern : { kind: 'any', patterns };
}

/** The Sigma strings of a pattern. */
export function textsOf(pattern: Pattern): readonly (readonly Token[])[] {
  if (pattern.kind === 'text') return [pattern.tokens];
  return pattern.kind === 'any' ? pattern.patterns.flatMap(textsOf) : [];
}

/**
 * A regular expression that an option of a pipeline writes. Pipelines are written for Python: its names of groups and
 * its ends of the text are translated, and leading flags.
 *
 * @param flags `y` for one that has to match from the start, `g` for one that replaces all it finds
 * @param place which member of a list is meant
 */
export function regexOf(options: Options, name: string, flags: 'y' | 'g', place = 0): RegExp {
  const source = options.texts(name)?.[place];
  if (source === undefined) throw new Rejection('missing_attribute', { name }, options.path);
  const [, inline = '', rest = ''] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(source) ?? [];
  const translated = rest
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/(\\\\)|\\A|\\Z/g, (part) => ({ '\\A': '^', '\\Z': '$' })[part] ?? part);
  try {
    return new RegExp(translated, [...new Set(inline + flags)].join(''));
  } catch (error) {
    const details = { value: JSON.stringify(source), key: name, cause: (error as Error).message };
    throw new Rejection('invalid_regex', details, [...options.path, name]);
  }
}

/** Replaces as Python's `re.sub` does: `\1`, `\g<1>` and `\g<name>` stand for groups. */
export function pythonSub(regex: RegExp, replacement: string): (text: string) => string {
  return (text) =>
    text.replace(regex, (match: string, ...rest: unknown[]) => {
      const named = rest.at(-1);
      const groups = typeof named === 'object' ? (named as Record<string, string>) : {};
      return replacement.replace(/\\(?:(\d{1,2})|g<(\w+)>|(.))/g, (_, number, name, char) => {
        if (char !== undefined) return char === '\\' ? char : `\\${char}`;
        const key: string = number ?? name;
        if (/^\d+$/.test(key)) return key === '0' ? match : String(rest[Number(key) - 1] ?? '');
        return groups[key] ?? '';
      });
    });
}
