import { parseNetwork } from './cidr.ts';
import { base64Offsets, encodeBase64, encodeWide } from './encoding.ts';
import { type DocumentPath, Rejection } from './errors.ts';
import {
  type CompareOperator,
  type Pattern,
  parseText,
  place,
  plainText,
  type TimePart,
  type Token,
  windash,
} from './pattern.ts';
import { translateRegex } from './regex.ts';

/** A value on its way through the modifiers of its key, in the order they are written. */
type Draft =
  /** `bytes`: each character stands for one byte, after a wide encoding. */
  | {
      readonly kind: 'text';
      readonly source: string;
      readonly tokens: readonly Token[];
      readonly cased: boolean;
      readonly bytes: boolean;
      readonly fresh: boolean;
    }
  | { readonly kind: 'scalar'; readonly value: number | boolean }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: ReadonlySet<string> }
  | { readonly kind: 'part'; readonly part: TimePart; readonly number: number }
  | { readonly kind: 'done'; readonly pattern: Pattern }
  | { readonly kind: 'fieldref'; readonly pattern: Extract<Pattern, { kind: 'fieldref' }> }
  | { readonly kind: 'several'; readonly drafts: readonly Draft[] };

type TextDraft = Extract<Draft, { kind: 'text' }>;

/** Where a value stands, for what a rejection says. */
export interface ValueContext {
  readonly key: string;
  readonly path: DocumentPath;
}

type Modifier = (draft: Draft, context: ValueContext) => Draft;

const conflict = (modifier: string, context: ValueContext, cause: string): Rejection =>
  new Rejection('modifier_conflict', { modifier, key: context.key, cause }, context.path);

const badValue = (value: unknown, context: ValueContext, cause: string): Rejection =>
  new Rejection('invalid_value', { value: JSON.stringify(value), key: context.key, cause }, context.path);

/** A modifier of strings; numbers and booleans are taken as they are written. */
function onText(name: string, apply: (text: TextDraft, context: ValueContext) => Draft): Modifier {
  return (draft, context) => {
    const text = draft.kind === 'scalar' ? textDraft(String(draft.value)) : draft;
    if (text.kind !== 'text') throw conflict(name, context, 'it takes a string');
    return apply(text, context);
  };
}

function placement(name: 'contains' | 'startswith' | 'endswith'): Modifier {
  const text = onText(name, (draft) => ({ ...draft, tokens: place(draft.tokens, name), fresh: false }));
  return (draft, context) =>
    draft.kind === 'fieldref'
      ? { kind: 'fieldref', pattern: { ...draft.pattern, placement: name } }
      : text(draft, context);
}

const wide = (name: string, encoding: 'utf16le' | 'utf16be' | 'utf16'): Modifier =>
  onText(name, (draft, context) => {
    if (draft.bytes) throw conflict(name, context, 'the value is encoded already');
    return { ...draft, tokens: encodeWide(draft.tokens, encoding), bytes: true, fresh: false };
  });

function bytesOf(name: string, draft: TextDraft, context: ValueContext): Buffer {
  const text = plainText(draft.tokens);
  if (text === null) throw conflict(name, context, 'wildcards cannot be encoded in Base64');
  return Buffer.from(text, draft.bytes ? 'latin1' : 'utf8');
}

const encoded = (draft: TextDraft, text: string): Draft => ({
  ...draft,
  tokens: text === '' ? [] : [text],
  bytes: false,
  fresh: false,
});

/** `re`, `cidr`, `fieldref` and the like read the value as written, so nothing may have changed it before. */
const onFreshText = (name: string, apply: (draft: TextDraft, context: ValueContext) => Draft): Modifier =>
  onText(name, (draft, context) => {
    if (!draft.fresh) throw conflict(name, context, 'it must come before modifiers that change the value');
    return apply(draft, context);
  });

function regexFlag(flag: string): Modifier {
  return (draft, context) => {
    if (draft.kind !== 'regex') throw conflict(flag, context, 'it must follow `re`');
    return { ...draft, flags: new Set([...draft.flags, flag]) };
  };
}

function compare(operator: Exclude<CompareOperator, 'eq'>): Modifier {
  return (draft, context) => {
    if (draft.kind === 'part') {
      return { kind: 'done', pattern: { kind: 'compare', operator, number: draft.number, part: draft.part } };
    }
    return { kind: 'done', pattern: { kind: 'compare', operator, number: numberOf(draft, context) } };
  };
}

const timePart =
  (part: TimePart): Modifier =>
  (draft, context) => ({ kind: 'part', part, number: numberOf(draft, context) });

function numberOf(draft: Draft, context: ValueContext): number {
  const value =
    draft.kind === 'scalar' ? draft.value : draft.kind === 'text' && draft.fresh ? draft.source : null;
  const number = value === null ? null : parseNumber(value);
  if (number === null || !Number.isFinite(number)) throw badValue(value, context, 'a number is needed');
  return number;
}

/** Reads a decimal number; hexadecimal and everything else stays text (null). */
export function parseNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value) ? Number(value) : null;
}

const toRegex = onFreshText('re', (draft) => ({ kind: 'regex', source: draft.source, flags: new Set() }));

/** The modifiers of a value (appendix Modifiers 2.1.0); `all`, `neq` and `expand` belong to the item. */
const valueModifiers: ReadonlyMap<string, Modifier> = new Map<string, Modifier>([
  ['contains', placement('contains')],
  ['startswith', placement('startswith')],
  ['endswith', placement('endswith')],
  ['windash', onText('windash', (draft) => ({ ...draft, tokens: windash(draft.tokens), fresh: false }))],
  ['wide', wide('wide', 'utf16le')],
  ['utf16le', wide('utf16le', 'utf16le')],
  ['utf16be', wide('utf16be', 'utf16be')],
  ['utf16', wide('utf16', 'utf16')],
  [
    'base64',
    onText('base64', (draft, context) => encoded(draft, encodeBase64(bytesOf('base64', draft, context)))),
  ],
  [
    'base64offset',
    onText('base64offset', (draft, context) => {
      const bytes = bytesOf('base64offset', draft, context);
      if (bytes.length < 2) throw badValue(draft.source, context, 'at least two bytes are needed');
      return { kind: 'several', drafts: base64Offsets(bytes).map((text) => encoded(draft, text)) };
    }),
  ],
  [
    'cased',
    (draft, context) => {
      if (draft.kind === 'fieldref') return { kind: 'fieldref', pattern: { ...draft.pattern, cased: true } };
      return onText('cased', (text) => ({ ...text, cased: true }))(draft, context);
    },
  ],
  ['re', toRegex],
  ['i', regexFlag('i')],
  ['m', regexFlag('m')],
  ['s', regexFlag('s')],
  [
    'cidr',
    onFreshText('cidr', (draft, context) => {
      if (parseNetwork(draft.source) === null) throw badValue(draft.source, context, 'it is not a network');
      return { kind: 'done', pattern: { kind: 'cidr', network: draft.source } };
    }),
  ],
  [
    'fieldref',
    onFreshText('fieldref', (draft, context) => {
      const field = plainText(draft.tokens);
      if (field === null || field === '')
        throw badValue(draft.source, context, 'it is not the name of a field');
      return {
        kind: 'fieldref',
        pattern: { kind: 'fieldref', field, placement: 'equals', cased: draft.cased },
      };
    }),
  ],
  [
    'exists',
    (draft, context) => {
      const value = draft.kind === 'scalar' ? draft.value : draft.kind === 'text' ? draft.source : null;
      if (value !== true && value !== false && value !== 'true' && value !== 'false') {
        throw badValue(value, context, 'true or false is needed');
      }
      return { kind: 'done', pattern: { kind: 'exists', present: String(value) === 'true' } };
    },
  ],
  ['lt', compare('lt')],
  ['lte', compare('lte')],
  ['gt', compare('gt')],
  ['gte', compare('gte')],
  ...(['minute', 'hour', 'day', 'week', 'month', 'year'] as const).map(
    (part) => [part, timePart(part)] as [string, Modifier],
  ),
]);

/** Modifiers that concern the item as a whole. */
const itemModifiers = new Set(['all', 'neq', 'expand']);

export const modifierNames: readonly string[] = [...valueModifiers.keys(), ...itemModifiers];
export const isModifier = (name: string): boolean => valueModifiers.has(name) || itemModifiers.has(name);

const textDraft = (source: string): TextDraft => ({
  kind: 'text',
  source,
  tokens: parseText(source),
  cased: false,
  bytes: false,
  fresh: true,
});

/**
 * Applies the modifiers to one value in the order they are written.
 *
 * @param alternatives what the value stands for: itself, or what its placeholders expand to
 * @param keyword whether strings are searched for as substrings, as in keywords
 */
export function toPattern(
  alternatives: readonly (string | number | boolean)[],
  modifiers: readonly string[],
  keyword: boolean,
  context: ValueContext,
): Pattern {
  const patterns = alternatives.map((value) => {
    let draft: Draft = typeof value === 'string' ? textDraft(value) : { kind: 'scalar', value };
    for (const name of modifiers) {
      const modifier = valueModifiers.get(name);
      if (modifier !== undefined) draft = applyModifier(modifier, draft, context);
    }
    return finish(draft, keyword, context);
  });
  return patterns.length === 1 ? (patterns[0] as Pattern) : { kind: 'any', patterns };
}

function applyModifier(modifier: Modifier, draft: Draft, context: ValueContext): Draft {
  if (draft.kind !== 'several') return modifier(draft, context);
  return { kind: 'several', drafts: draft.drafts.map((each) => applyModifier(modifier, each, context)) };
}

function finish(draft: Draft, keyword: boolean, context: ValueContext): Pattern {
  switch (draft.kind) {
    case 'several':
      return { kind: 'any', patterns: draft.drafts.map((each) => finish(each, keyword, context)) };
    case 'text': {
      const tokens = keyword ? place(draft.tokens, 'contains') : draft.tokens;
      return { kind: 'text', tokens, cased: draft.cased };
    }
    case 'scalar':
      return finish(textDraft(String(draft.value)), keyword, context);
    case 'regex':
      return finishRegex(draft.source, draft.flags, context);
    case 'part':
      return { kind: 'compare', operator: 'eq', number: draft.number, part: draft.part };
    case 'fieldref':
      return draft.pattern;
    case 'done':
      return draft.pattern;
  }
}

function finishRegex(source: string, flags: ReadonlySet<string>, context: ValueContext): Pattern {
  const result = translateRegex(source, flags);
  if (result.ok) return { kind: 'regex', source: result.source, flags: result.flags };
  const details = { key: context.key, value: JSON.stringify(source) };
  switch (result.problem.kind) {
    case 'look_around':
      throw new Rejection('regex_look_around', details, context.path);
    case 'back_reference':
      throw new Rejection('regex_back_reference', details, context.path);
    case 'invalid':
      throw new Rejection('invalid_regex', { ...details, cause: result.problem.cause }, context.path);
  }
}
