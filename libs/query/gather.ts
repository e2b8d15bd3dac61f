import { type KqlNode, type KqlValue, not, or } from './ast.ts';

/** One field, or all text where `field` is null, has one of the values: what many branches of an `or` come to. */
export interface AnyOf {
  readonly kind: 'any_of';
  readonly field: string | null;
  readonly values: readonly KqlValue[];
}

type Joined = Extract<KqlNode, { kind: 'and' | 'or' }>;

/**
 * The children of an `and` or `or` with those put together that are about one field, so that a list of a thousand values is
 * one question: `a: x or a: y`, and, as it is the same denied, `not a: x and not a: y`.
 */
export function gather({ kind, children }: Joined): readonly (KqlNode | AnyOf)[] {
  if (kind === 'and') {
    const denied = children.flatMap((child) => (child.kind === 'not' ? [child.child] : []));
    if (denied.length < 2) return children;
    return [...children.filter((child) => child.kind !== 'not'), not(or(denied))];
  }
  const byField = new Map<string | null, KqlValue[]>();
  const gathered: (KqlNode | AnyOf)[] = [];
  for (const child of children) {
    if (child.kind !== 'is' || (child.field !== null && typeof child.field !== 'string')) {
      gathered.push(child);
      continue;
    }
    const values = byField.get(child.field);
    if (values === undefined) {
      const first = [child.value];
      byField.set(child.field, first);
      gathered.push({ kind: 'any_of', field: child.field, values: first });
    } else values.push(child.value);
  }
  return gathered;
}

/** A query asks for so many things at most; values of one field in an `or` are one, a pattern of fields each that it fits. */
export const maxConditions = 300;

/** A query that asks for more than {@link maxConditions}. */
export class TooManyConditionsError extends Error {
  constructor() {
    super(
      `The query has more than ${maxConditions} different conditions. Values of one field count as one condition if they are written together: field: (a or b).`,
    );
    this.name = 'TooManyConditionsError';
  }
}

/** Counts conditions as they are compiled. */
export function createConditionCount(): () => void {
  let conditions = 0;
  return () => {
    if (++conditions > maxConditions) throw new TooManyConditionsError();
  };
}

/** Values by what they are compared with: equal texts, patterns, regexes. */
export function byType(values: readonly KqlValue[]) {
  const equal: string[] = [];
  const wildcards: Extract<KqlValue, { type: 'wildcard' }>[] = [];
  const regexes: Extract<KqlValue, { type: 'regex' }>[] = [];
  for (const value of values) {
    if (value.type === 'literal') equal.push(value.text);
    else if (value.type === 'words') equal.push(value.words.join(' '));
    else if (value.type === 'wildcard') wildcards.push(value);
    else regexes.push(value);
  }
  return { equal: [...new Set(equal)], wildcards, regexes };
}
