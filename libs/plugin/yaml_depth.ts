import { Lexer, Parser } from 'yaml';

/** Levels that YAML may be nested. */
const deepest = 100;
export const tooDeep = `is nested deeper than ${deepest} levels`;

/**
 * A listener for one parse by js-yaml, that throws {@link tooDeep}. Parsers call themselves for each level: where that
 * fills the stack while V8 compiles a regular expression, nothing can be caught, and the process ends.
 */
export function boundedDepth(): (event: 'open' | 'close') => void {
  let depth = 0;
  return (event) => {
    depth += event === 'open' ? 1 : -1;
    if (depth > deepest) throw new RangeError(tooDeep);
  };
}

/**
 * Whether a text is too deep for `yaml`, which reads on where js-yaml has stopped. Takes its first steps alone, that do
 * not call themselves.
 */
export function isTooDeep(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    // A document and a scalar stand there beside what is nested.
    if (parser.stack.length > deepest + 2) return true;
  }
  return false;
}
