import { escapeTerm } from './dsl_clauses.ts';
import { checkRegex } from './regex.ts';
import type { RegexTree } from './regex_tree.ts';
import { fold } from './text.ts';

interface LuceneRegex {
  /** Fits a whole value. */
  readonly source: string;
  /** Fits what the regex finds something in, and nothing else; else more. */
  readonly exact: boolean;
}

/** Of literals that are repeated, and of sets of characters with their repetitions: each may double Lucene's automaton. */
const mostParts = 500;
const mostSets = 10;

/** Sets of characters, with repetitions written out. */
function sets(tree: RegexTree): number {
  switch (tree.type) {
    case 'char':
      return isSet(tree.source) ? 1 : 0;
    case 'edge':
      return 0;
    case 'repeat':
      return sets(tree.of) * Math.max(1, tree.most === Infinity ? tree.least : tree.most);
    default:
      return tree.of.reduce((sum, one) => sum + sets(one), 0);
  }
}

const isSet = (source: string): boolean => /^(?:\.|\[|\\[pP])/.test(source);

/**
 * A regex in Lucene's syntax (`RegExp` of Lucene 9), which fits whole values, has no edges of words, and of letters without
 * case only those of ASCII; so each letter is written in all its cases. Undefined where nothing can be said.
 */
export function luceneRegex(source: string, ignoreCase: boolean): LuceneRegex | undefined {
  const checked = checkRegex(source);
  if (!checked.ok) return undefined;
  let exact = sets(checked.tree) <= mostSets;
  /** Whatever holds a set is anything. */
  const isRough = !exact;

  /** @param first, last whether the place is the value's own start or end, if nothing before or after it is */
  function write(tree: RegexTree, first: boolean, last: boolean): string | undefined {
    if (isRough && (tree.type === 'char' || tree.type === 'repeat') && sets(tree) > 0) return '.*';
    switch (tree.type) {
      case 'char':
        return oneChar(tree.source, ignoreCase);
      case 'edge':
        // An edge that does not stand at its end is left out, and so fits more.
        if (!(tree.at === '^' && first) && !(tree.at === '$' && last)) exact = false;
        return '';
      case 'choice':
        return joined(
          tree.of.map((one) => write(one, false, false)),
          '|',
        );
      case 'sequence':
        return joined(
          tree.of.map((one, i) => write(one, first && i === 0, last && i === tree.of.length - 1)),
          '',
        );
      case 'repeat': {
        const inner = write(tree.of, false, false);
        const { least, most } = tree;
        if (inner === undefined || Math.max(least, most === Infinity ? 0 : most) > mostParts)
          return undefined;
        if (inner === '') return '';
        return `(${inner}){${least},${most === Infinity ? '' : most}}`;
      }
    }
  }

  const branches = checked.tree.type === 'choice' ? checked.tree.of : [checked.tree];
  const whole = branches.map((branch) => {
    const inner = write(branch, true, true);
    return inner === undefined
      ? undefined
      : `${startsAt(branch) ? '' : '.*'}(${inner === '' ? '()' : inner})${endsAt(branch) ? '' : '.*'}`;
  });
  const text = joined(whole, '|');
  return text === undefined ? undefined : { source: text, exact };
}

const edgeOf = (tree: RegexTree | undefined, at: '^' | '$'): boolean =>
  tree?.type === 'edge' && tree.at === at;
const startsAt = (tree: RegexTree): boolean => edgeOf(tree.type === 'sequence' ? tree.of[0] : tree, '^');
const endsAt = (tree: RegexTree): boolean => edgeOf(tree.type === 'sequence' ? tree.of.at(-1) : tree, '$');

function joined(parts: readonly (string | undefined)[], by: '|' | ''): string | undefined {
  if (parts.includes(undefined)) return undefined;
  return by === '' ? parts.join('') : `(${parts.map((part) => (part === '' ? '()' : part)).join('|')})`;
}

/** One character, or undefined for a set that has no names in Lucene's syntax. */
function oneChar(source: string, ignoreCase: boolean): string | undefined {
  if (source === '.') return '.';
  if (/^\\[pP]/.test(source)) return undefined;
  if (source.startsWith('[')) return charClass(source, ignoreCase);
  const char = literalOf(source);
  if (char === undefined) return undefined;
  const cases = ignoreCase ? casesOf(char) : [char];
  return cases.length === 1 ? escaped(char) : `[${cases.map(escapeTerm).join('')}]`;
}

/** Of ASCII alone, whose every member can be asked for. */
function charClass(source: string, ignoreCase: boolean): string | undefined {
  if (/\\[pP]|[^ -~]/.test(source)) return undefined;
  const test = new RegExp(`^${source}$`, ignoreCase ? 'sui' : 'su');
  const negated = source.startsWith('[^');
  let members = '';
  for (let code = 0; code < 128; code++)
    if (test.test(String.fromCharCode(code)) !== negated) members += inClass(code);
  // The two letters beyond ASCII that have a case within (Unicode's CaseFolding.txt).
  for (const char of ['\u017f', '\u212a']) if (test.test(char) !== negated) members += char;
  return members === '' ? undefined : `[${negated ? '^' : ''}${members}]`;
}

const inClass = (code: number): string => {
  const char = String.fromCharCode(code);
  return /[0-9A-Za-z_]/.test(char) || code < 32 || code === 127 ? char : `\\${char}`;
};

const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

function literalOf(source: string): string | undefined {
  if (source.startsWith('\\x')) return String.fromCharCode(Number.parseInt(source.slice(2), 16));
  if (!source.startsWith('\\')) return source;
  const char = source[1] as string;
  return controls[char] ?? char;
}

const escaped = (char: string): string => (char < ' ' || char > '~' ? char : escapeTerm(char));

/** A character in all its cases, as JavaScript's flags `iu` take them. */
function casesOf(char: string): string[] {
  const test = new RegExp(`^\\u{${(char.codePointAt(0) as number).toString(16)}}$`, 'iu');
  const others = [
    char.toLowerCase(),
    char.toUpperCase(),
    char.toUpperCase().toLowerCase(),
    'ſ',
    'K',
    'σ',
    'ς',
    'Σ',
  ];
  const more = [...others, ...rarelyCased].filter((one) => one.length <= 2 && test.test(one));
  return [...new Set([char, ...more])];
}

/** Characters of one case with others than their own upper and lower (Unicode's CaseFolding.txt, beyond those above). */
const rarelyCased = [...'µμΜåÅÅωΩΩßẞθϑΘϴβϐΒεϵΕκϰΚπϖΠρϱΡφϕΦιͅΙιṡẛṠǅǄǆǈǇǉǋǊǌǲǱǳвᲀВдᲁДоᲂОсᲃСтᲄТᲅъᲆЪѣᲇѢꙋᲈꙊ'];

/**
 * Runs of letters and digits that each text must hold in which the regex finds something, as regexes of Lucene over words in
 * lower case.
 */
export function neededWords(source: string, ignoreCase: boolean): string[] {
  const checked = checkRegex(source);
  if (!checked.ok) return [];
  const needed: string[] = [];
  let run: string[] = [];
  const end = (): void => {
    if (run.length > 1) needed.push(run.join(''));
    run = [];
  };
  function walk(tree: RegexTree): void {
    const char = tree.type === 'char' ? literalOf(tree.source) : undefined;
    const isWord = tree.type === 'char' && !isSet(tree.source) && /^[\p{L}\p{N}_]$/u.test(char ?? '');
    if (isWord && char !== undefined) {
      const cases = [...new Set((ignoreCase ? casesOf(char) : [char]).map(fold))];
      run.push(cases.length === 1 ? escapeTerm(cases[0] as string) : `[${cases.join('')}]`);
    } else if (tree.type === 'sequence') for (const one of tree.of) walk(one);
    // An edge is no character, but it may part two words.
    else end();
  }
  walk(checked.tree);
  end();
  return needed;
}
