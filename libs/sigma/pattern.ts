/** A piece of a Sigma string: literal text, or one of {@link wild}. */
export type Token = string | Wild;

/** `many` is `*`, `one` is `?`, `dash` is any of {@link dashes} (the `windash` modifier). */
export const wild = { many: 0, one: 1, dash: 2 } as const;
export type Wild = (typeof wild)[keyof typeof wild];

/** Hyphen-minus, slash, en dash, em dash, horizontal bar: what Windows programs take before an option. */
export const dashes = '-/\u2013\u2014\u2015';

export type CompareOperator = 'lt' | 'lte' | 'gt' | 'gte' | 'eq';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export type Placement = 'equals' | 'contains' | 'startswith' | 'endswith';

/** What a value of a rule means after all its modifiers; plain data. */
export type Pattern =
  | { readonly kind: 'text'; readonly tokens: readonly Token[]; readonly cased: boolean }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly network: string }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly number: number;
      readonly part?: TimePart;
    }
  | {
      readonly kind: 'fieldref';
      readonly field: string;
      readonly placement: Placement;
      readonly cased: boolean;
    }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly present: boolean }
  /** One value that became several: `expand`, `base64offset`. */
  | { readonly kind: 'any'; readonly patterns: readonly Pattern[] };

/**
 * Reads a Sigma string (specification, Escape Character): `\*`, `\?` and `\\` stand for the plain character, any
 * other backslash for itself.
 */
export function parseText(source: string): Token[] {
  const tokens: Token[] = [];
  let literal = '';
  let start = 0;
  for (let i = 0; i < source.length; i++) {
    const code = source.charCodeAt(i);
    if (code === backslash && isSpecial(source.charCodeAt(i + 1))) {
      literal += source.slice(start, i);
      start = ++i;
    } else if (code === asterisk || code === questionMark) {
      literal += source.slice(start, i);
      start = i + 1;
      if (literal !== '') tokens.push(literal);
      literal = '';
      if (code === questionMark) tokens.push(wild.one);
      else if (tokens.at(-1) !== wild.many) tokens.push(wild.many);
    }
  }
  literal += source.slice(start);
  if (literal !== '') tokens.push(literal);
  return tokens;
}

const [asterisk, questionMark, backslash] = [0x2a, 0x3f, 0x5c];
const isSpecial = (code: number): boolean => code === asterisk || code === questionMark || code === backslash;

/** Puts `*` in front, behind or both, as `endswith`, `startswith` and `contains` do. */
export function place(tokens: readonly Token[], placement: Exclude<Placement, 'equals'>): Token[] {
  const placed = [...tokens];
  if (placement !== 'endswith' && placed.at(-1) !== wild.many) placed.push(wild.many);
  if (placement !== 'startswith' && placed[0] !== wild.many) placed.unshift(wild.many);
  return placed;
}

/** Turns every dash in the literal pieces into the class of all dashes. */
export function windash(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token): Token[] =>
    typeof token === 'string'
      ? token
          .split(/([-/\u2013\u2014\u2015])/)
          .filter((piece) => piece !== '')
          .map((piece) => (piece.length === 1 && dashes.includes(piece) ? wild.dash : piece))
      : [token],
  );
}

/** The literal text of a pattern without wildcards; null where it has any. */
export function plainText(tokens: readonly Token[]): string | null {
  if (tokens.length === 0) return '';
  return tokens.length === 1 && typeof tokens[0] === 'string' ? tokens[0] : null;
}
