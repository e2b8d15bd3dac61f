/** A field by its dotted ECS path, or a pattern of paths: the literal parts between its stars. */
export type KqlField = string | { readonly parts: readonly string[] };

export type KqlValue =
  /** One value, quoted or a single bare word. */
  | { readonly type: 'literal'; readonly text: string }
  /** Several bare words: one value with single spaces on a keyword field, any of the words in a text. */
  | { readonly type: 'words'; readonly words: readonly string[] }
  /** The literal parts between the stars, at least two. */
  | { readonly type: 'wildcard'; readonly parts: readonly string[] }
  /** Found anywhere in the value; `.` matches a line break too. */
  | { readonly type: 'regex'; readonly source: string; readonly ignoreCase: boolean };

export type RangeOperator = '<' | '<=' | '>' | '>=';

/** A parsed query. `field: null` looks at all searched text. */
export type KqlNode =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly children: readonly KqlNode[] }
  | { readonly kind: 'not'; readonly child: KqlNode }
  | { readonly kind: 'is'; readonly field: KqlField | null; readonly value: KqlValue }
  | { readonly kind: 'exists'; readonly field: KqlField }
  | {
      readonly kind: 'range';
      readonly field: KqlField;
      readonly operator: RangeOperator;
      readonly value: string;
    }
  /** One member of the array at `field` (or the object itself) meets the whole child. */
  | { readonly kind: 'nested'; readonly field: string; readonly child: KqlNode };

export const and = (children: readonly KqlNode[]): KqlNode => combine('and', children);
export const or = (children: readonly KqlNode[]): KqlNode => combine('or', children);
export const not = (child: KqlNode): KqlNode => ({ kind: 'not', child });

/** Flat: an `and` never stands directly in an `and`, so that a query has one form. */
function combine(kind: 'and' | 'or', children: readonly KqlNode[]): KqlNode {
  const flat = children.flatMap((child) => (child.kind === kind ? child.children : [child]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind, children: flat };
}

/** Fields that are searched by words; all others are compared as a whole. */
export const textFields: ReadonlySet<string> = new Set(['message', 'event.original']);
