import { fieldPath } from './processor.ts';

/** A compiled pattern: the fields it names, and their texts, in that order. */
export interface DissectPattern {
  readonly names: readonly string[];
  /** Undefined where the text has another shape. */
  readonly cut: (text: string) => string[] | undefined;
}

interface Key {
  /** Index among the names; -1: left out. */
  readonly name: number;
  readonly joins: boolean;
  readonly eatsBlanks: boolean;
  /** The fixed text after it. */
  readonly until: string;
}

const key = /%\{([^{}]*)\}/g;

/** What is wrong with a pattern, for people; undefined where nothing is. */
export function dissectIssue(pattern: string): string | undefined {
  const keys = [...pattern.matchAll(key)];
  const open = pattern.split(key).find((part) => part.includes('%{'));
  if (open !== undefined) return `“${open.slice(open.indexOf('%{'))}” is not closed by }`;
  if (keys.length === 0) return 'names no field: %{field}';
  for (const [index, match] of keys.entries()) {
    const name = bare(match[1] as string);
    if (name !== '' && !fieldPath.safeParse(name).success) return `%{${match[1]}} is not a path of a field`;
    const end = match.index + match[0].length;
    if (keys[index + 1]?.index === end) return `${match[0]} and what follows have no text between them`;
  }
  return undefined;
}

const bare = (text: string): string => text.replace(/->$/, '').replace(/^[?+]/, '');

/** Compiles a pattern that {@link dissectIssue} found right. */
export function compileDissect(pattern: string): DissectPattern {
  const matches = [...pattern.matchAll(key)];
  const start = pattern.slice(0, matches[0]?.index ?? 0);
  const names: string[] = [];
  const keys = matches.map((match, index): Key => {
    const text = match[1] as string;
    const end = match.index + match[0].length;
    const name = bare(text);
    const isLeftOut = name === '' || text.startsWith('?');
    if (!isLeftOut && !names.includes(name)) names.push(name);
    return {
      name: isLeftOut ? -1 : names.indexOf(name),
      joins: text.startsWith('+'),
      eatsBlanks: text.endsWith('->'),
      until: pattern.slice(end, matches[index + 1]?.index),
    };
  });
  return { names, cut: (text) => cut(text, start, keys, names.length) };
}

function cut(text: string, start: string, keys: readonly Key[], count: number): string[] | undefined {
  if (!text.startsWith(start)) return undefined;
  const values = new Array<string>(count).fill('');
  let at = start.length;
  for (const { name, joins, eatsBlanks, until } of keys) {
    const end = until === '' ? text.length : text.indexOf(until, at);
    if (end < 0) return undefined;
    if (name >= 0) {
      const value = text.slice(at, end);
      values[name] = joins && values[name] !== '' ? `${values[name]} ${value}` : value;
    }
    at = end + until.length;
    if (eatsBlanks) while (text.charCodeAt(at) === 32) at++;
  }
  return at === text.length || keys.at(-1)?.until === '' ? values : undefined;
}
