import { type DocumentPath, Rejection } from './errors.ts';
import type { Condition } from './rule.ts';

interface Cursor {
  readonly tokens: readonly string[];
  readonly names: readonly string[];
  readonly path: DocumentPath;
  at: number;
  depth: number;
}

const depthLimit = 64;

/**
 * Parses a condition (specification, Condition), loosest first: `or`, `and`, `not`, `1 of` / `all of`, parentheses.
 *
 * @param names the selections of the detection, in its order
 */
export function parseCondition(text: string, names: readonly string[], path: DocumentPath): Condition {
  if (text.includes('|')) throw new Rejection('deprecated_aggregation', {}, path);
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  const cursor: Cursor = { tokens, names, path, at: 0, depth: 0 };
  const condition = parseOr(cursor);
  if (cursor.at < tokens.length) throw unexpected(cursor);
  return condition;
}

const unexpected = (cursor: Cursor): Rejection => {
  const token = cursor.tokens[cursor.at];
  const cause = token === undefined ? 'it ends too early' : `\`${token}\` is not expected there`;
  return new Rejection('invalid_condition', { cause }, cursor.path);
};

const word = (cursor: Cursor): string | undefined => cursor.tokens[cursor.at]?.toLowerCase();

const parseOr = (cursor: Cursor): Condition => parseChain(cursor, 'or', parseAnd);
const parseAnd = (cursor: Cursor): Condition => parseChain(cursor, 'and', parseNot);

function parseChain(cursor: Cursor, kind: 'and' | 'or', next: (cursor: Cursor) => Condition): Condition {
  const of = [next(cursor)];
  while (word(cursor) === kind) {
    cursor.at++;
    of.push(next(cursor));
  }
  return of.length === 1 ? (of[0] as Condition) : { kind, of };
}

function parseNot(cursor: Cursor): Condition {
  if (word(cursor) !== 'not') return parseAtom(cursor);
  cursor.at++;
  return deeper(cursor, () => ({ kind: 'not', of: parseNot(cursor) }));
}

function deeper(cursor: Cursor, parse: () => Condition): Condition {
  if (++cursor.depth > depthLimit) {
    throw new Rejection(
      'invalid_condition',
      { cause: `it nests deeper than ${depthLimit} levels` },
      cursor.path,
    );
  }
  const condition = parse();
  cursor.depth--;
  return condition;
}

function parseAtom(cursor: Cursor): Condition {
  const token = cursor.tokens[cursor.at];
  if (token === undefined || token === ')') throw unexpected(cursor);
  if (token === '(') {
    cursor.at++;
    const inner = deeper(cursor, () => parseOr(cursor));
    if (cursor.tokens[cursor.at] !== ')') throw unexpected(cursor);
    cursor.at++;
    return inner;
  }
  if (cursor.tokens[cursor.at + 1]?.toLowerCase() === 'of' && !cursor.names.includes(token))
    return parseSet(cursor);
  if (!cursor.names.includes(token)) {
    if (['and', 'or', 'not', 'of'].includes(token.toLowerCase())) throw unexpected(cursor);
    throw new Rejection('unknown_selection', { selection: token }, cursor.path);
  }
  cursor.at++;
  return { kind: 'selection', name: token };
}

function parseSet(cursor: Cursor): Condition {
  const [quantifier = '', of = '', pattern] = cursor.tokens.slice(cursor.at, cursor.at + 3);
  const each = quantifier.toLowerCase();
  if (each !== '1' && each !== 'any' && each !== 'all') {
    throw new Rejection(
      'invalid_condition',
      { cause: `\`${quantifier} of\` is neither \`1 of\` nor \`all of\`` },
      cursor.path,
    );
  }
  cursor.at += 2;
  if (pattern === undefined || pattern === '(' || pattern === ')') throw unexpected(cursor);
  cursor.at++;
  const members = membersOf(pattern, cursor.names);
  if (members.length === 0) {
    throw new Rejection('empty_set', { expression: `${quantifier} ${of} ${pattern}` }, cursor.path);
  }
  const selections = members.map((name): Condition => ({ kind: 'selection', name }));
  return selections.length === 1
    ? (selections[0] as Condition)
    : { kind: each === 'all' ? 'and' : 'or', of: selections };
}

/** `them` means all names but those that begin with `_`; a pattern means what it matches. */
function membersOf(pattern: string, names: readonly string[]): readonly string[] {
  if (pattern.toLowerCase() === 'them') return names.filter((name) => !name.startsWith('_'));
  const end = pattern.length - 1;
  if (pattern.indexOf('*') === end) return names.filter((name) => name.startsWith(pattern.slice(0, end)));
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${pieces.join('.*')}$`);
  return names.filter((name) => expression.test(name));
}

/** Writes a condition so that {@link parseCondition} reads it back; sets are written out. */
export function printCondition(condition: Condition): string {
  if (condition.kind === 'selection') return condition.name;
  const atom = (each: Condition): string =>
    each.kind === 'and' || each.kind === 'or' ? `(${printCondition(each)})` : printCondition(each);
  if (condition.kind === 'not') return `not ${atom(condition.of)}`;
  return condition.of.map(atom).join(` ${condition.kind} `);
}
