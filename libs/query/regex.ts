import { type RegexTree, regexSteps, regexTree } from './regex_tree.ts';

export type CheckedRegex =
  | { readonly ok: true; readonly source: string; readonly tree: RegexTree }
  | { readonly ok: false; readonly message: string };

/** Each character of a value may cost so many steps. */
const maxRegexSteps = 1_000;

const classes: Readonly<Record<string, string>> = { d: '0-9', w: '0-9A-Za-z_', s: ' \\t\\n\\v\\f\\r' };
const simpleEscapes = new Set([...'tnrfv^$.*+?()[]{}|/\\-']);
const categories = /^[pP]\{(?:L[lut]?|N[d]?|P|S|Z)\}/;

/**
 * Checks a regex against what JavaScript and RE2 (DuckDB) read alike, and writes it in that common form.
 * Refused: look-around, back-references, named groups, inline flags, and repeated groups that themselves repeat or
 * choose (their cost in JavaScript can be exponential).
 */
export function checkRegex(source: string): CheckedRegex {
  const refuse = (message: string): CheckedRegex => ({ ok: false, message });
  if (source.length > 1_000) return refuse('A regex has at most 1,000 characters.');
  let out = '';
  let inClass = false;
  const groups: { costly: boolean }[] = [];
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string;
    const rest = source.slice(i + 1);
    if (char === '\\') {
      const escaped = readEscape(rest, inClass);
      if (escaped === undefined) return refuse(`“\\${rest[0] ?? ''}” is not supported in a regex.`);
      out += escaped.text;
      i += escaped.length;
      continue;
    }
    out += char;
    if (inClass) {
      if (char === '[') return refuse('Write “\\[” inside a class.');
      if (char === ']') inClass = false;
    } else if (char === '[') {
      if (/^\^?\]/.test(rest)) return refuse('A class must hold a character.');
      inClass = true;
      if (rest[0] === '^') {
        out += '^';
        i++;
      }
    } else if (char === '(') {
      if (rest[0] === '?' && rest[1] !== ':')
        return refuse('Look-around, named groups and inline flags are not supported.');
      if (rest[0] === '?') {
        out += '?:';
        i += 2;
      }
      groups.push({ costly: false });
    } else if (char === ')') {
      const group = groups.pop();
      if (group?.costly === true && /^[*+{]/.test(rest))
        return refuse('A repeated group may not hold a repetition or a choice.');
      const outer = groups.at(-1);
      if (outer !== undefined && group?.costly === true) outer.costly = true;
    }
    if (!inClass && '*+{|'.includes(char)) {
      const group = groups.at(-1);
      if (group !== undefined) group.costly = true;
    }
  }
  if (/\{(?:\d{4,}|\d*,\d{4,})/.test(source)) return refuse('A repetition goes up to 999.');
  try {
    new RegExp(out, 'su');
  } catch (error) {
    return refuse(`The regex is not valid: ${(error as Error).message.replace(/^.*: /, '')}.`);
  }
  const tree = regexTree(out);
  if (regexSteps(tree) > maxRegexSteps)
    return refuse(
      `The regex is too large: with its repetitions written out it may have ${maxRegexSteps} parts.`,
    );
  return { ok: true, source: out, tree };
}

function readEscape(rest: string, inClass: boolean): { text: string; length: number } | undefined {
  const char = rest[0] ?? '';
  const set = classes[char.toLowerCase()];
  if (set !== undefined && char !== '') {
    const negated = char !== char.toLowerCase();
    if (inClass) return negated ? undefined : { text: set, length: 1 };
    return { text: `[${negated ? '^' : ''}${set}]`, length: 1 };
  }
  // Outside a class JavaScript refuses an escaped hyphen, which RE2 reads.
  if (char === '-' && !inClass) return { text: '-', length: 1 };
  if (char !== '' && simpleEscapes.has(char)) return { text: `\\${char}`, length: 1 };
  if ((char === 'b' || char === 'B') && !inClass) return { text: `\\${char}`, length: 1 };
  const hex = /^x[0-9a-fA-F]{2}/.exec(rest) ?? categories.exec(rest);
  return hex === null ? undefined : { text: `\\${hex[0]}`, length: hex[0].length };
}
