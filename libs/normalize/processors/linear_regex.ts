import { linearPattern } from '@tidewatch/plugin';

/** A longer text is matched by the linear-time engine from the start: an expression that backtracks is slow before it hands over. */
const shortText = 2_048;
/** Characters of a text that are looked at. */
const maxMatched = 32_768;

/** A regular expression whose time is linear in the text's length. */
export interface LinearRegex {
  readonly exec: (text: string) => RegExpExecArray | null;
  readonly replace: (text: string, replacement: string) => string;
  readonly split: (text: string) => string[];
}

/**
 * Compiles an expression that {@link regexIssue} found right. Of longer texts the first 32,768 characters are looked at.
 *
 * @param flags `g`, or none
 */
export function linearRegex(source: string, flags = ''): LinearRegex {
  const quick = new RegExp(source, flags);
  const linear = new RegExp(source, `${flags}l`);
  const of = (text: string): RegExp => (text.length <= shortText ? quick : linear);
  const cut = (text: string): string => (text.length > maxMatched ? text.slice(0, maxMatched) : text);
  return {
    exec: (text) => of(text).exec(cut(text)),
    replace: (text, replacement) => {
      const replaced = cut(text).replace(of(text), replacement);
      return text.length > maxMatched ? replaced + text.slice(maxMatched) : replaced;
    },
    split: (text) => cut(text).split(of(text)),
  };
}

/** What is wrong with a regular expression, for people; undefined where nothing is. */
export function regexIssue(source: string): string | undefined {
  if (source.length > 20_000) return 'is longer than 20,000 characters with its names written out';
  return linearPattern(source);
}

/** The groups of an expression in the order of their numbers from 1; undefined: one without a name. */
export function groupNames(source: string): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(' && source[i + 1] !== '?') names.push(undefined);
    else if (char === '(' && source[i + 2] === '<') names.push(/^[^>]*/.exec(source.slice(i + 3))?.[0]);
  }
  return names;
}

/** `source__ip` as `source.ip`: a dot can't stand in a group's name. */
export const groupPath = (name: string): string => name.replaceAll('__', '.');
