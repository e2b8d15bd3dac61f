import { setFlagsFromString } from 'node:v8';
import { type RegexProblem, RegexSyntaxError, translateSyntax } from './regex_syntax.ts';

/** Fields are cut to this many UTF-16 units before a regular expression sees them. */
export const regexInputLimit = 65_536;

export type RegexResult =
  | { readonly ok: true; readonly source: string; readonly flags: string }
  | { readonly ok: false; readonly problem: RegexProblem };

/**
 * Makes V8 hand a regular expression that backtracks too much to its linear-time engine, so that no rule can hang the
 * process. A flag of the whole process that must be set before rules are loaded; the composition root does it once.
 */
export function enableLinearRegExpFallback(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}

/**
 * Translates a regular expression of a rule (PCRE as far as the specification allows it) into JavaScript's, to be
 * compiled without `u`. Leading inline flags count as sub-modifiers. What JavaScript would read as something else than
 * PCRE is refused, and so are look-around and back-references. What remains can be run by V8's linear-time engine,
 * which does not know the flag `i`, long counts and captures.
 *
 * @param flags any of `i`, `m`, `s`, from the sub-modifiers of `re`
 */
export function translateRegex(pattern: string, flags: ReadonlySet<string>): RegexResult {
  const all = new Set(flags);
  let rest = pattern;
  for (let inline = /^\(\?([a-zA-Z]+)\)/.exec(rest); inline; inline = /^\(\?([a-zA-Z]+)\)/.exec(rest)) {
    for (const flag of inline[1] as string) {
      if (!'ims'.includes(flag)) return invalid(`the inline flag ${flag} is not supported`);
      all.add(flag);
    }
    rest = rest.slice(inline[0].length);
  }
  const flagText = ['m', 's'].filter((flag) => all.has(flag)).join('');
  try {
    const source = translateSyntax(rest, all.has('i'), all.has('s'));
    new RegExp(source, flagText);
    return { ok: true, source, flags: flagText };
  } catch (error) {
    if (error instanceof RegexSyntaxError) return { ok: false, problem: error.problem };
    return invalid((error as Error).message);
  }
}

const invalid = (cause: string): RegexResult => ({ ok: false, problem: { kind: 'invalid', cause } });
