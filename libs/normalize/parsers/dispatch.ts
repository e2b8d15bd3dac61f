import { getField, type Json, type JsonObject } from '@tidewatch/event';
import type { RecordHints } from '@tidewatch/plugin';
import type { Parser } from './compile.ts';
import { createLiteralIndex, type LiteralIndex } from './literals.ts';
import type { Match } from './parser_file.ts';

/** Finds the parsers that a record is offered to, those of users before those that ship. */
export interface Dispatch {
  readonly parsers: readonly Parser[];
  /**
   * @param text the line, or the message behind its syslog header
   * @param program of the syslog line, in lower case
   */
  readonly forText: (text: string, program: string | undefined, at: Origin) => readonly Parser[];
  /** @param document with its dotted keys expanded */
  readonly forDocument: (document: JsonObject, at: Origin) => readonly Parser[];
  /** Whether parsers ask for that program, in lower case. */
  readonly asksFor: (program: string) => boolean;
  /** Whether parsers ask for no more of a document than members of these names, whatever their values. */
  readonly asksForMembers: (names: readonly string[]) => boolean;
  /** Whether records of that origin may belong to a parser whatever they look like. */
  readonly names: (at: Origin) => boolean;
}

export interface Origin {
  readonly source: string;
  readonly hints: RecordHints;
}

/** One entry of a parser's `match`, by its order among all. */
interface Entry {
  readonly order: number;
  readonly parser: Parser;
  readonly match: Match;
}

const none: readonly Parser[] = [];

/**
 * Files each entry under the most telling thing it asks for: the program, a member of the document, a text in the line,
 * or else the source or the file. So a record meets only those that have that in common with it, however many there are.
 *
 * @param parsers in order: of several that claim a record the first is asked first
 */
export function createDispatch(parsers: readonly Parser[]): Dispatch {
  const programs = new Map<string, Entry[]>();
  const members = new Map<string, Entry[]>();
  const literals: [string, Entry][] = [];
  const sources: Entry[] = [];
  let order = 0;
  for (const parser of parsers) {
    for (const match of parser.match) {
      const entry = { order: order++, parser, match };
      const [firstField] = Object.keys(match.fields ?? {});
      if (match.program !== undefined) for (const name of match.program) file(programs, name, entry);
      else if (firstField !== undefined) file(members, firstField, entry);
      else if (match.starts_with !== undefined)
        for (const text of match.starts_with) literals.push([text, entry]);
      else if (match.contains !== undefined) for (const text of match.contains) literals.push([text, entry]);
      else sources.push(entry);
    }
  }
  const inText: LiteralIndex<Entry> = createLiteralIndex(literals);
  const bySource = sourceIndex(sources);
  const memberPaths = [...members.keys()];
  const topNames = new Map<string, string[]>();
  /** By one of the members that parsers ask for, all of those of each. */
  const asked = new Map<string, string[][]>();
  for (const path of memberPaths) {
    const top = topOf(path);
    topNames.set(top, [...(topNames.get(top) ?? []), path]);
    const tops = (members.get(path) ?? []).map(({ match }) => Object.keys(match.fields ?? {}).map(topOf));
    asked.set(top, [...(asked.get(top) ?? []), ...tops]);
  }

  return {
    parsers,
    asksFor: (program) => programs.has(program),
    asksForMembers: (names) =>
      names.some((name) => asked.get(name)?.some((tops) => tops.every((top) => names.includes(top)))),
    names: (at) => bySource(at).length > 0,
    forText(text, program, at) {
      let found: Entry[] | undefined;
      let others: Entry[] | undefined;
      // A text may name one thousands of times; each look goes through all of it.
      const add = (entry: Entry): void => {
        if (found?.includes(entry) || others?.includes(entry)) return;
        if (!holdsForText(entry.match, text, program, at)) others = [...(others ?? []), entry];
        else if (found === undefined) found = [entry];
        else found.push(entry);
      };
      if (program !== undefined) programs.get(program)?.forEach(add);
      inText.visit(text, add);
      bySource(at).forEach(add);
      return inOrder(found);
    },
    forDocument(document, at) {
      let found: Entry[] | undefined;
      const add = (entry: Entry): void => {
        if (!holdsForDocument(entry.match, document, at)) return;
        if (found === undefined) found = [entry];
        else if (!found.includes(entry)) found.push(entry);
      };
      if (topNames.size > 0)
        for (const name of Object.keys(document))
          for (const path of topNames.get(name) ?? []) members.get(path)?.forEach(add);
      bySource(at).forEach(add);
      return inOrder(found);
    },
  };
}

/** No parsers but those that are compiled in. */
export const noDispatch: Dispatch = createDispatch([]);

/** The same dispatch to other parsers, each made of the one in its place when a record first meets it. */
export function dispatchTo(dispatch: Dispatch, make: (parser: Parser) => Parser): Dispatch {
  const made = new Map<Parser, Parser>();
  const known = (parser: Parser): Parser => {
    const found = made.get(parser) ?? make(parser);
    made.set(parser, found);
    return found;
  };
  return {
    ...dispatch,
    forText: (text, program, at) => dispatch.forText(text, program, at).map(known),
    forDocument: (document, at) => dispatch.forDocument(document, at).map(known),
  };
}

const topOf = (path: string): string => path.split('.')[0] as string;

function file(index: Map<string, Entry[]>, key: string, entry: Entry): void {
  const entries = index.get(key);
  if (entries === undefined) index.set(key, [entry]);
  else entries.push(entry);
}

function inOrder(found: Entry[] | undefined): readonly Parser[] {
  if (found === undefined) return none;
  if (found.length > 1) found.sort((a, b) => rank(a) - rank(b) || a.order - b.order);
  return [...new Set(found.map(({ parser }) => parser))];
}

/** Who is given the source or the file knows more of a record than its looks tell. */
const rank = ({ match }: Entry): number => (match.source === undefined && match.path === undefined ? 1 : 0);

function holdsForText(match: Match, text: string, program: string | undefined, at: Origin): boolean {
  if (match.fields !== undefined) return false;
  if (match.program !== undefined && (program === undefined || !match.program.includes(program)))
    return false;
  if (match.starts_with !== undefined && !match.starts_with.some((start) => text.startsWith(start)))
    return false;
  if (match.contains !== undefined && !match.contains.some((part) => text.includes(part))) return false;
  return isOrigin(match, at);
}

function holdsForDocument(match: Match, document: JsonObject, at: Origin): boolean {
  if (match.program !== undefined || match.starts_with !== undefined || match.contains !== undefined)
    return false;
  for (const [path, wanted] of Object.entries(match.fields ?? {})) {
    const value = getField(document, path);
    if (value === undefined || (wanted !== null && value !== (wanted as Json))) return false;
  }
  return isOrigin(match, at);
}

function isOrigin({ source, path }: Match, at: Origin): boolean {
  if (source !== undefined && !source.some((pattern) => isFrom(pattern, at))) return false;
  const { path: read } = at.hints;
  return path === undefined || (read !== undefined && path.some((pattern) => isNamed(pattern, read)));
}

function isFrom(pattern: string, { source, hints }: Origin): boolean {
  return isNamed(pattern, source) || (hints.dataset !== undefined && isNamed(pattern, hints.dataset));
}

function isNamed(pattern: string, name: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return pattern === name;
  if (!name.startsWith(start)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - end.length >= at && name.endsWith(end);
}

/** Sources are few and come again: what is known of each is remembered, within bounds. */
function sourceIndex(entries: readonly Entry[]): (at: Origin) => readonly Entry[] {
  if (entries.length === 0) return () => [];
  const known = new Map<string, readonly Entry[]>();
  const byPath = entries.some(({ match }) => match.path !== undefined);
  let last: (Origin & { readonly found: readonly Entry[] }) | undefined;
  return ({ source, hints }) => {
    // Records come in runs of one source, with the same object of hints.
    if (last?.source !== source || last.hints !== hints)
      last = { source, hints, found: find({ source, hints }) };
    return last.found;
  };

  function find(at: Origin): readonly Entry[] {
    const key = `${at.source}\n${at.hints.dataset ?? ''}\n${byPath ? (at.hints.path ?? '') : ''}`;
    let found = known.get(key);
    if (found === undefined) {
      found = entries.filter(({ match }) => isOrigin(match, at));
      if (known.size >= 10_000) known.clear();
      known.set(key, found);
    }
    return found;
  }
}
