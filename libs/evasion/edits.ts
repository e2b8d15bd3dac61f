import { Buffer } from 'node:buffer';
import type { Random } from '@tidewatch/forest';
import { environment } from './canonical.ts';
import { aliases, fullOption } from './tokens.ts';

/** Changes a line so that it still does what it did; null where there is nothing of the kind to change. */
export type Edit = (line: string, random: Random) => string | null;

const pick = <T>(of: ArrayLike<T>, random: Random): T => of[Math.floor(random.next() * of.length)] as T;

/** Changes some of the places that an expression finds, at least one. */
function some(line: string, places: RegExp, random: Random, change: (word: string) => string): string | null {
  const count = [...line.matchAll(places)].length;
  if (count === 0) return null;
  const sure = Math.floor(random.next() * count);
  let i = 0;
  const text = line.replace(places, (word) => (i++ === sure || random.next() < 0.5 ? change(word) : word));
  return text === line ? null : text;
}

const words = /[A-Za-z]{3,}/g;

/** Puts characters that a shell drops between the letters of words. */
const between =
  (mark: string): Edit =>
  (line, random) =>
    some(line, words, random, (word) => {
      const at = 1 + Math.floor(random.next() * (word.length - 1));
      return word.slice(0, at) + mark + word.slice(at);
    });

const isPowershell = (line: string): boolean => /powershell|pwsh|invoke-|\$\w|get-|set-|new-/i.test(line);
const shortNames = new Map([...aliases].map(([short, name]) => [name, short]));
const written = [...environment].filter(([, value]) => value.length > 3);

const keyNames: Readonly<Record<string, readonly string[]>> = {
  hklm: ['HKEY_LOCAL_MACHINE', '\\REGISTRY\\MACHINE'],
  hkcu: ['HKEY_CURRENT_USER', 'HKU\\S-1-5-21-1004'],
  '\\software': ['\\SOFTWARE\\WOW6432Node'],
  currentcontrolset: ['ControlSet001', 'ControlSet002'],
};

export const edits = {
  carets: between('^'),
  quotes: between('""'),
  backticks: (line, random) =>
    isPowershell(line)
      ? some(line, /[A-Za-z](?=[c-mo-qsw-z][a-z]{2})/gi, random, (letter) => `${letter}\``)
      : null,
  spaces: (line, random) => some(line, / +/g, random, () => pick(['  ', '   ', '\t', ' \t '], random)),
  options: (line, random) =>
    some(line, /(?<=\s)[-/](?=[a-z])/gi, random, (dash) =>
      dash === '-' ? pick(['/', '\u2013', '\u2014', '\u2015'], random) : pick(['-', '\u2013'], random),
    ),
  abbreviation: (line, random) =>
    some(line, /(?<=\s[-/\u2013])[a-z]{2,}(?=\s)|\b[a-z]+-[a-z]+\b/gi, random, (word) => {
      const name = shortNames.get(word.toLowerCase());
      if (name !== undefined) return name;
      const full = fullOption(word.toLowerCase());
      if (full === word.toLowerCase() && word.length > 4 && !word.includes('-')) {
        const short = word.slice(0, 2 + Math.floor(random.next() * (word.length - 3)));
        return fullOption(short.toLowerCase()) === full ? short : word;
      }
      for (let length = 1 + Math.floor(random.next() * full.length); length <= full.length; length++)
        if (length !== word.length && fullOption(full.slice(0, length)) === full)
          return full.slice(0, length);
      return full;
    }),
  reordering: (line, random) => {
    const [program = '', ...rest] = line.split(/\s+(?=[-/])/);
    if (rest.length < 2) return null;
    for (let i = rest.length - 1; i > 0; i--) {
      const j = Math.floor(random.next() * (i + 1));
      [rest[i], rest[j]] = [rest[j] as string, rest[i] as string];
    }
    return [program, ...rest].join(' ');
  },
  recoding: (line, random) => {
    const begun = /^(.*?(?:powershell|pwsh)\S*)\s+(.*)$/i.exec(line);
    const [before, script] = begun === null ? ['powershell', line] : [begun[1] as string, begun[2] as string];
    const option = pick(['-enc', '-EncodedCommand', '/e', '-eNco', '-ec'], random);
    return `${before} ${option} ${Buffer.from(script, 'utf16le').toString('base64')}`;
  },
  paths: (line, random) =>
    some(line, /(?<=[\w:])[\\/](?=\w)/g, random, (slash) =>
      pick([`${slash}.${slash}`, `${slash}x1${slash}..${slash}`, `${slash}${slash}`], random),
    ),
  variables: (line, random) => {
    const found = written.filter(([, value]) => line.toLowerCase().includes(value));
    if (found.length > 0 && random.next() < 0.5) {
      const [name, value] = pick(found, random);
      return line.replace(
        new RegExp(value.replace(/[\\().]/g, '\\$&'), 'i'),
        () => `%${name.toUpperCase()}%`,
      );
    }
    return some(line, words, random, (word) => {
      const at = 1 + Math.floor(random.next() * (word.length - 1));
      const letter = word[at]?.toLowerCase() ?? '';
      const from = environment.get('programdata')?.indexOf(letter) ?? -1;
      const part = from < 0 ? '%unset%' : `%programdata:~${from},1%`;
      return word.slice(0, at) + part + word.slice(at + (from < 0 ? 0 : 1));
    });
  },
  numbers: (line, random) =>
    some(line, /(?<![\w.])\d{1,5}(?![\w.])/g, random, (number) => `0x${Number(number).toString(16)}`),
  /** A part of the line said in two: PowerShell puts it together again. */
  joining: (line, random) =>
    isPowershell(line)
      ? some(line, /[A-Za-z]{6,}/g, random, (word) => {
          const at = 2 + Math.floor(random.next() * (word.length - 4));
          return `${word.slice(0, at)}'+'${word.slice(at)}`;
        })
      : null,
  /** Another name of the same key, as programs of 32 bits, other control sets and the kernel have it. */
  hives: (line, random) =>
    some(line, /\bHKLM\b|\bHKCU\b|\\SOFTWARE(?=\\(?!WOW6432Node))|CurrentControlSet/gi, random, (name) =>
      pick(keyNames[name.toLowerCase()] ?? [name], random),
    ),
  /** Letters of an address by their code, some of them twice over. */
  percent: (line, random) =>
    some(line, /(?<!%[\da-f]?)[a-z.](?![^/]*:\/\/)/gi, random, (letter) => {
      const code = letter.charCodeAt(0).toString(16);
      return pick([`%${code}`, `%${code}`, `%25${code}`, letter, letter, letter], random);
    }),
  /** The program copied under another name. Nothing of a line says which it was. */
  renaming: (line, random) => {
    const program = /^"?(?:[^\s"]*\\)?([\w-]+)(\.exe)?"?/i.exec(line);
    if (program === null) return null;
    const letters = Array.from({ length: 3 + Math.floor(random.next() * 6) }, () =>
      pick('aeioubcdgklmnrst', random),
    );
    return `${pick(['', '', 'C:\\Users\\alice\\Desktop\\', 'D:\\', '.\\'], random)}${letters.join('')}.exe${line.slice(program[0].length)}`;
  },
} satisfies Readonly<Record<string, Edit>>;

export type EditKind = keyof typeof edits;
export const editKinds = Object.keys(edits) as readonly EditKind[];
