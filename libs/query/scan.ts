import { addressKey, parseCidr } from './address.ts';

/** One field name or value as it stands in the query. */
export interface Term {
  readonly start: number;
  readonly end: number;
  readonly form: 'bare' | 'quoted' | 'regex';
  /** Words between white space, each as the literal parts between its stars; a quoted term is one part. */
  readonly words: readonly (readonly string[])[];
  readonly ignoreCase: boolean;
}

export type ScanError = { readonly message: string; readonly start: number; readonly end: number };

const special = new Set([...'():<>"{}']);
const keyword = /(?:and|or|not)(?=[\s()"{}]|$)/iy;
const regexLiteral = /\/((?:[^/\\\n]|\\.)+)\/(i?)(?=[\s),}]|$)/y;
const colonRun = /[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:\/\d{1,3})?(?=[\s),}]|$)/y;
/** `C:\Windows`, `\\server\share`, `*\cmd.exe`: backslashes in it are themselves. */
const pathStart = /(?:[A-Za-z]:\\|\\\\[\w.-]+\\(?=[A-Za-z0-9])|\*\\(?=[A-Za-z0-9]))/y;

export const isSpace = (char: string | undefined): boolean =>
  char === ' ' || char === '\t' || char === '\r' || char === '\n';

export const keywordAt = (text: string, at: number): string | undefined =>
  matchAt(keyword, text, at)?.[0].toLowerCase();

export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

export function skipSpace(text: string, at: number): number {
  let i = at;
  while (isSpace(text[i])) i++;
  return i;
}

/**
 * Reads a term at `at`; undefined where none begins.
 *
 * @param inList a comma ends a bare term
 */
export function scanTerm(text: string, at: number, inList: boolean): Term | ScanError | undefined {
  if (text[at] === '"') return scanQuoted(text, at);
  const regex = matchAt(regexLiteral, text, at);
  if (regex !== null) {
    const words = [[(regex[1] as string).replaceAll('\\/', '/')]];
    return { start: at, end: at + regex[0].length, form: 'regex', words, ignoreCase: regex[2] === 'i' };
  }
  const run = matchAt(colonRun, text, at)?.[0];
  if (run !== undefined && (addressKey(run) ?? parseCidr(run)) !== undefined)
    return { start: at, end: at + run.length, form: 'bare', words: [[run]], ignoreCase: false };
  return matchAt(pathStart, text, at) === null ? scanBare(text, at, inList) : scanPath(text, at, inList);
}

function scanQuoted(text: string, at: number): Term | ScanError {
  const path = /[A-Za-z]:\\/y;
  const isPath = matchAt(path, text, at + 1) !== null;
  let out = '';
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '"') return { start: at, end: i + 1, form: 'quoted', words: [[out]], ignoreCase: false };
    const next = text[i + 1];
    if (char === '\\' && (next === '"' || next === '\\')) {
      out += next;
      i++;
    } else if (char === '\\' && !isPath && next !== undefined && next in whitespaceEscapes) {
      out += whitespaceEscapes[next];
      i++;
    } else out += char;
  }
  return { message: 'The quotation mark that opens here is never closed.', start: at, end: text.length };
}

const whitespaceEscapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };

function scanPath(text: string, at: number, inList: boolean): Term {
  let end = at;
  while (end < text.length && !isSpace(text[end]) && !'()"{}<>'.includes(text[end] as string)) {
    if (text[end] === ',' && inList) break;
    end++;
  }
  return { start: at, end, form: 'bare', words: [text.slice(at, end).split('*')], ignoreCase: false };
}

function scanBare(text: string, at: number, inList: boolean): Term | undefined {
  const words: string[][] = [];
  let word: string[] | undefined;
  let end = at;
  for (let i = at; i < text.length; ) {
    const char = text[i] as string;
    if (isSpace(char)) {
      const next = skipSpace(text, i);
      if (keywordAt(text, next) !== undefined || text.startsWith('&&', next) || text.startsWith('||', next))
        break;
      word = undefined;
      i = next;
      continue;
    }
    if (special.has(char) || (char === ',' && inList)) break;
    if (text.startsWith('&&', i) || text.startsWith('||', i)) break;
    if (word === undefined && words.length === 0 && keywordAt(text, i) !== undefined) break;
    if (word === undefined) {
      word = [''];
      words.push(word);
    }
    if (char === '*') {
      word.push('');
      i++;
    } else {
      const [unescaped, length] = char === '\\' ? readEscape(text, i) : [char, 1];
      word[word.length - 1] += unescaped;
      i += length;
    }
    end = i;
  }
  return words.length === 0 ? undefined : { start: at, end, form: 'bare', words, ignoreCase: false };
}

/** The character that an escape stands for and the escape's length; a backslash before a letter is itself. */
function readEscape(text: string, at: number): readonly [string, number] {
  const next = text[at + 1];
  if (next === undefined) return ['\\', 1];
  const space = whitespaceEscapes[next];
  if (space !== undefined) return [space, 2];
  const word = matchAt(keyword, text, at + 1)?.[0];
  if (word !== undefined) return [word, 1 + word.length];
  if (/[\p{L}\p{N}]/u.test(next)) return ['\\', 1];
  return [next, 2];
}

const bareText = /^[\p{L}\p{N}_.@][\p{L}\p{N}_.@/-]*$/u;

/** A literal in its shortest safe form: bare where nothing in it means anything, else quoted. */
export function printLiteral(text: string): string {
  if (bareText.test(text) && !/^(?:and|or|not)$/i.test(text)) return text;
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** A bare word with everything escaped that means something, but for its stars. */
export function printWord(parts: readonly string[]): string {
  const escaped = parts
    // No letter is ever escaped, so that nothing printed looks like a path with plain backslashes.
    .map((part) => part.replace(/[\\():<>="*{},&|\s]/g, '\\$&'))
    .join('*');
  return escaped.replace(/^(?=[/\-!+[]|(?:and|or|not)$)/i, '\\');
}
