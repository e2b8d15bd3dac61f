import { fold } from './fold.ts';

/** An escape, a class, or one character. */
const element = /\\(?:x[\da-f]{2}|u[\da-f]{4}|c[a-z]|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S]/iy;
const quantifier = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y;

/**
 * The longest text, folded, that every match of an expression contains; empty where none can be told. It reads what
 * `translateSyntax` writes, in which case is ignored by classes such as `[aA]`, and looks into no group.
 */
export function requiredText(source: string): string {
  let longest = '';
  let run = '';
  let depth = 0;
  const end = (): void => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  for (let at = 0; at < source.length; ) {
    const token = tokenAt(element, source, at);
    const repeated = tokenAt(quantifier, source, at + token.length);
    at += token.length + repeated.length;
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (depth > 0) continue;
    else if (token === '|') return '';
    const literal = depth === 0 && token !== ')' ? literalOf(token) : '';
    if (literal !== '' && (repeated === '' || repeated.startsWith('+'))) run += literal;
    if (literal === '' || repeated !== '') end();
  }
  end();
  return longest;
}

function tokenAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? '';
}

/** The folded character that an element stands for; empty where it stands for several, or for a position. */
function literalOf(token: string): string {
  if (token.startsWith('[')) {
    const [first = '', second = '', ...more] = token.slice(1, -1);
    return more.length === 0 && fold(first) === fold(second) ? fold(first) : '';
  }
  if (token.startsWith('\\')) return /^\\[^a-z\d]$/i.test(token) ? token.slice(1) : '';
  return '.^$()|'.includes(token) ? '' : fold(token);
}
