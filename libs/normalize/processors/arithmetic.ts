import { fieldPath } from './processor.ts';
import { fieldReader, type Work } from './work.ts';

/** The value of an expression on an event; undefined where a field is missing or no number, or the result is none. */
export type Calculation = (work: Work) => number | undefined;

const token = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_@][\w@.]*)|([-+*/%()]))/y;
const maxDepth = 32;

/**
 * Compiles numbers, fields, `+ - * / %`, signs and brackets, with the usual precedence.
 *
 * @throws SyntaxError in words for people
 */
export function compileArithmetic(text: string): Calculation {
  const tokens = tokensOf(text);
  let at = 0;
  const binary = (signs: string, inner: (depth: number) => Calculation) => (depth: number) => {
    let left = inner(depth);
    for (let sign = tokens[at]; sign !== undefined && signs.includes(sign); sign = tokens[at]) {
      at++;
      left = applied(sign, left, inner(depth));
    }
    return left;
  };
  const product = binary('*/%', factor);
  const sum = binary('+-', product);
  function factor(depth: number): Calculation {
    if (depth > maxDepth) throw new SyntaxError('nests too deep');
    const next = tokens[at++];
    if (next === undefined) throw new SyntaxError('ends too early');
    if (next === '-') return applied('-', () => 0, factor(depth + 1));
    if (next === '(') {
      const inner = sum(depth + 1);
      if (tokens[at++] !== ')') throw new SyntaxError('has a bracket that is not closed');
      return inner;
    }
    if (/^\d/.test(next)) {
      const number = Number(next);
      return () => number;
    }
    if (!fieldPath.safeParse(next).success)
      throw new SyntaxError(`“${next}” stands where a number or field should`);
    const read = fieldReader(next);
    return ({ fields }) => {
      const value = read(fields);
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
    };
  }
  const result = sum(0);
  if (at < tokens.length) throw new SyntaxError(`“${tokens[at]}” stands where nothing should`);
  return (work) => {
    const value = result(work);
    return value === undefined || !Number.isFinite(value) ? undefined : value;
  };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const rest = text.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < rest.length) {
    const from = token.lastIndex;
    const match = token.exec(rest);
    if (match === null)
      throw new SyntaxError(`“${rest.slice(from, from + 10).trim()}” is no number, field or sign`);
    tokens.push((match[1] ?? match[2] ?? match[3]) as string);
  }
  return tokens;
}

function applied(sign: string, left: Calculation, right: Calculation): Calculation {
  return (work) => {
    const a = left(work);
    const b = right(work);
    if (a === undefined || b === undefined) return undefined;
    switch (sign) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '/':
        return a / b;
      default:
        return a % b;
    }
  };
}
