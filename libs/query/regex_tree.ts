/** A regex that `checkRegex` has passed, taken apart. */
export type RegexTree =
  /** One character, as JavaScript's source says which. */
  | { readonly type: 'char'; readonly source: string }
  | { readonly type: 'edge'; readonly at: '^' | '$' | '\\b' | '\\B' }
  | { readonly type: 'sequence' | 'choice'; readonly of: readonly RegexTree[] }
  /** `most` is Infinity where there is no end. */
  | { readonly type: 'repeat'; readonly of: RegexTree; readonly least: number; readonly most: number };

const atom = /\[\^?(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\x[0-9a-fA-F]{2}|\\.|./suy;
const repetition = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y;

/** Reads a regex in the form that `checkRegex` gives it. */
export function regexTree(source: string): RegexTree {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };

  function choice(): RegexTree {
    const of = [sequence()];
    while (source[at] === '|') {
      at++;
      of.push(sequence());
    }
    return of.length === 1 ? (of[0] as RegexTree) : { type: 'choice', of };
  }

  function sequence(): RegexTree {
    const of: RegexTree[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') of.push(repeated(one()));
    return of.length === 1 ? (of[0] as RegexTree) : { type: 'sequence', of };
  }

  function one(): RegexTree {
    if (source[at] === '(') {
      at += source.startsWith('(?:', at) ? 3 : 1;
      const inner = choice();
      at++;
      return inner;
    }
    const text = take(atom)?.[0] ?? '';
    return text === '^' || text === '$' || text === '\\b' || text === '\\B'
      ? { type: 'edge', at: text }
      : { type: 'char', source: text };
  }

  function repeated(of: RegexTree): RegexTree {
    const found = take(repetition);
    if (found === null) return of;
    const [, sign, least, comma, most] = found;
    if (sign !== undefined)
      return { type: 'repeat', of, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
    const end = comma === '' ? Number(least) : most === '' ? Infinity : Number(most);
    return { type: 'repeat', of, least: Number(least), most: end };
  }

  return choice();
}

/** How many characters and forks it comes to with its repetitions written out. */
export function regexSteps(tree: RegexTree): number {
  switch (tree.type) {
    case 'sequence':
    case 'choice':
      return tree.of.reduce((sum, one) => sum + regexSteps(one), tree.of.length);
    case 'repeat': {
      const times = tree.most === Infinity ? tree.least + 1 : tree.most;
      return regexSteps(tree.of) * Math.max(1, times);
    }
    default:
      return 1;
  }
}
