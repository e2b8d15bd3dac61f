import type { Condition, Item, Pattern, Selection, SigmaRule } from '@tidewatch/sigma';
import { canonical } from './canonical.ts';
import { isWord, longWord, tokensOf } from './tokens.ts';
import type { LineType } from './types.ts';

/** A word that a value asks for. Where a rule's text begins or ends inside a word, any word with such an end is meant. */
export interface Wanted {
  readonly text: string;
  readonly edge: 'whole' | 'prefix' | 'suffix' | 'inner';
}

/** One value of a rule: its text, with an asterisk where anything may stand, and the words that it asks for. */
export interface Value {
  readonly text: string;
  readonly words: readonly Wanted[];
}

/**
 * Values of which one must hold. `where` says whether they are looked for in the line, name its program, or are not to be
 * seen in lines, as a parent or an expression; such a group has no values.
 */
export interface Group {
  readonly where: 'line' | 'program' | 'unseen';
  readonly values: readonly Value[];
}

/** Groups that must all hold: one way in which a rule matches. */
export type Demand = readonly Group[];

/** A rule has no more ways than these; the others are left out. */
const demandLimit = 48;
const unseen: Group = { where: 'unseen', values: [] };

/** The ways in which a rule matches as far as they are about lines of this type; what stands under `not` asks for nothing. */
export function demandsOf({ detection }: SigmaRule, type: LineType): Demand[] {
  const { selections, condition } = detection;
  const ofNode = (node: Condition): Demand[] => {
    if (node.kind === 'not') return [[]];
    if (node.kind === 'selection') return ofSelection(selections.get(node.name) as Selection, type);
    return join(node.kind, node.of.map(ofNode));
  };
  return ofNode(condition).filter((demand) => demand.some(({ where }) => where === 'line'));
}

function ofSelection(selection: Selection, type: LineType): Demand[] {
  if (selection.kind === 'item') return ofItem(selection, type);
  return join(
    selection.kind,
    selection.of.map((each) => ofSelection(each, type)),
  );
}

function join(kind: 'and' | 'or', parts: readonly (readonly Demand[])[]): Demand[] {
  if (kind === 'and')
    return parts.reduce<Demand[]>(
      (ways, part) => ways.flatMap((way) => part.map((more) => [...way, ...more])).slice(0, demandLimit),
      [[]],
    );
  const joined: Demand[] = [];
  // Alternatives of one place are one group, so that a rule does not fall apart into very many ways.
  const merged = new Map<string, Value[]>();
  for (const demand of parts.flat()) {
    const [only] = demand;
    if (demand.length !== 1 || only === undefined || only.where === 'unseen') {
      joined.push(demand);
      continue;
    }
    const values = merged.get(only.where);
    if (values === undefined) merged.set(only.where, [...only.values]);
    else values.push(...only.values);
  }
  for (const [where, values] of merged) joined.push([{ where: where as Group['where'], values }]);
  return joined.slice(0, demandLimit);
}

function ofItem({ field, values, negated, quantifier }: Item, type: LineType): Demand[] {
  if (negated) return [[]];
  const where =
    field === null
      ? 'unseen'
      : type.fields.includes(field)
        ? 'line'
        : type.programs.includes(field)
          ? 'program'
          : 'unseen';
  if (where === 'unseen') return [[unseen]];
  const groups = (quantifier === 'all' ? values.map((value) => [value]) : [values]).map(
    (alternatives): Group => {
      const read = alternatives.flatMap(({ pattern, raw }) =>
        pattern.kind === 'regex' && recodedText.test(String(raw))
          ? [longValue]
          : valuesOf(pattern, where === 'program'),
      );
      return read.length === 0 ? unseen : { where, values: read };
    },
  );
  return [groups];
}

/** An expression for many letters of Base64 in a row: of all expressions the one whose like is known by its kind. */
const longValue: Value = { text: '*', words: [{ text: longWord, edge: 'whole' }] };
const recodedText = /\[(?=[^\]]*a-z)(?=[^\]]*0-9)[^\]]*\]\{[2-9]\d,/i;

function valuesOf(pattern: Pattern, program: boolean): Value[] {
  if (pattern.kind === 'any') return pattern.patterns.flatMap((each) => valuesOf(each, program));
  if (pattern.kind !== 'text') return [];
  const pieces: string[] = [''];
  for (const token of pattern.tokens) {
    if (typeof token === 'string') pieces[pieces.length - 1] += token;
    else if (token === 2) pieces[pieces.length - 1] += '-';
    else pieces.push('');
  }
  const words: Wanted[] = [];
  pieces.forEach((piece, i) => {
    // A program's path ends with its name; the folder of one that is named with it says where it lies.
    const text = program ? piece.slice(piece.search(/[^\\/]*$/)) : piece;
    words.push(...wordsOf(text, i > 0 && text === piece, i < pieces.length - 1));
  });
  return words.length === 0 || isDisguise(pieces.join('')) ? [] : [{ text: pieces.join('*'), words }];
}

/** Whether a rule asks for the very characters that a canonical text does without: it looks for the disguise itself. */
const isDisguise = (text: string): boolean => /[\^`]|["']\s?\+|\w["']{2}\w|%\w*:~/.test(text);

function wordsOf(piece: string, openBefore: boolean, openBehind: boolean): Wanted[] {
  const text = canonical(piece);
  const tokens = tokensOf(text);
  const [left, right] = [
    openBefore && isWord(text.charCodeAt(0)),
    openBehind && isWord(text.charCodeAt(text.length - 1)),
  ];
  return tokens.flatMap((token, i): Wanted[] => {
    const [before, behind] = [left && i === 0, right && i === tokens.length - 1];
    const edge = before && behind ? 'inner' : before ? 'suffix' : behind ? 'prefix' : 'whole';
    if (edge !== 'whole' && (token.length < 3 || token.startsWith('#') || token.startsWith('<'))) return [];
    return [{ text: token, edge }];
  });
}
