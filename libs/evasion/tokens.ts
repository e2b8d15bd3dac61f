/** Words that PowerShell takes for others; options by their shortest form, which any longer one may take, too. */
const options: readonly (readonly [name: string, shortest: string])[] = [
  ['encodedcommand', 'e'],
  ['command', 'c'],
  ['windowstyle', 'w'],
  ['executionpolicy', 'ex'],
  ['noprofile', 'nop'],
  ['noninteractive', 'noni'],
  ['nologo', 'nol'],
  ['noexit', 'noe'],
  ['inputformat', 'inp'],
  ['outputformat', 'o'],
];

/** Short names of PowerShell's commands. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ['iex', 'invoke-expression'],
  ['iwr', 'invoke-webrequest'],
  ['irm', 'invoke-restmethod'],
  ['icm', 'invoke-command'],
  ['gci', 'get-childitem'],
  ['gwmi', 'get-wmiobject'],
  ['gcim', 'get-ciminstance'],
  ['sajb', 'start-job'],
  ['saps', 'start-process'],
  ['sasv', 'start-service'],
  ['spsv', 'stop-service'],
  ['spps', 'stop-process'],
  ['ipmo', 'import-module'],
  ['sal', 'set-alias'],
  ['gal', 'get-alias'],
  ['gcm', 'get-command'],
]);

/** Keys of the registry that are reached by several names. */
const keys: ReadonlyMap<string, string> = new Map([
  ['hkey_local_machine', 'hklm'],
  ['hkey_current_user', 'hkcu'],
  ['hkey_users', 'hku'],
  ['hkey_classes_root', 'hkcr'],
  ['controlset001', 'currentcontrolset'],
  ['controlset002', 'currentcontrolset'],
]);

const fullOptions = new Map<string, string>([
  ['ec', 'encodedcommand'],
  ['ep', 'executionpolicy'],
  ['if', 'inputformat'],
]);
for (const [name, shortest] of options)
  for (let length = shortest.length; length <= name.length; length++) {
    const short = name.slice(0, length);
    if (!fullOptions.has(short)) fullOptions.set(short, name);
  }

/** The option that a short one stands for in PowerShell; itself where it is none. */
export const fullOption = (word: string): string => fullOptions.get(word) ?? word;

const digits = /^\d+$/;
const hexNumber = /^0x[\da-f]+$/;
const hex = /^(?=.*\d)[\da-f]{8,}$/;
/** Longer words are of a kind, not themselves. */
export const longest = 40;
/** The token of such a word. */
export const longWord = '<long>';
/** Larger numbers are of a kind. */
const highest = 65_535;
/** Kinds are numbers up to the highest, and these behind it. */
const kinds = { number: highest + 1, hex: highest + 2, long: highest + 3 } as const;
export const kindCount = kinds.long + 1;

/**
 * The words of a canonical text, each once, in their order. Numbers are themselves up to 65535, in whichever base they are written; longer ones,
 * hexadecimal texts and long words are `<num>`, `<hex>` and `<long>`. `exe` is no word, as programs are named with and
 * without it. Options of one or two letters keep a dash before them.
 */
export function tokensOf(text: string): string[] {
  const found = new Set<string>();
  const units = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const word = createWord();
  while (nextWord(units, text.length, word)) {
    const token = tokenOf(text.slice(word.start, word.end), word.option);
    if (token !== '') found.add(token);
  }
  return [...found];
}

/** FNV-1a's offset and prime, 32 bits. */
export const fnv = { offset: 0x811c9dc5, prime: 0x01000193 } as const;

/** A word of a canonical text. */
export interface Word {
  start: number;
  end: number;
  /** Whether it has a dash or slash before it as options have. */
  option: boolean;
  /** FNV-1a of its UTF-16 units, 32 bits with a sign. */
  hash: number;
  /** What it is made of: {@link letters}. */
  made: number;
}

/** One that stands before a text's first. */
export const createWord = (): Word => ({ start: 0, end: 0, option: false, hash: 0, made: 0 });

/** Goes on to the next word; false where there is none. */
export function nextWord(units: Uint16Array, length: number, word: Word): boolean {
  let i = word.end;
  while (i < length && letterOf(units[i] as number) === 0) i++;
  if (i >= length) return false;
  const start = i;
  let hash: number = fnv.offset;
  let made = 0;
  for (; i < length; i++) {
    const unit = units[i] as number;
    let letter = letterOf(unit);
    if (letter === 0) {
      if (unit !== hyphen || i + 1 === length || letterOf(units[i + 1] as number) === 0) break;
      letter = letters.other;
    }
    made |= letter;
    hash = Math.imul(hash ^ unit, fnv.prime);
  }
  word.start = start;
  word.end = i;
  word.option = isOption(units, start);
  word.hash = hash;
  word.made = made;
  return true;
}

/** What words are made of: letters, digits, underscore, and all that is not ASCII. */
const letters = { digit: 1, hex: 2, other: 4 } as const;
const ascii = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code);
  if (/\d/.test(letter)) return letters.digit;
  if (/[a-f]/.test(letter)) return letters.hex;
  return /\w/.test(letter) ? letters.other : 0;
});
const letterOf = (code: number): number => (code > 0x7f ? letters.other : (ascii[code] as number));

export const isWord = (code: number): boolean => letterOf(code) > 0;

const hyphen = 0x2d;
const slash = 0x2f;
const zero = 0x30;
const x = 0x78;

function isOption(units: Uint16Array, start: number): boolean {
  if (start === 0) return false;
  const before = units[start - 1];
  if (before !== hyphen && before !== slash) return false;
  if (start === 1) return true;
  const further = units[start - 2] as number;
  return further <= 0x20 || further === hyphen;
}

/** The kind of a word that its letters tell; -1 for one that is itself, or a number of another base. */
export function kindOf(units: Uint16Array, { start, end, made }: Word): number {
  if (made === letters.digit) {
    let number = 0;
    for (let i = start; i < end && number <= highest; i++) number = 10 * number + (units[i] as number) - zero;
    return Math.min(number, kinds.number);
  }
  if (units[start] === zero && units[start + 1] === x) return -1;
  if (made === (letters.digit | letters.hex) && end - start >= 8) return kinds.hex;
  return end - start > longest ? kinds.long : -1;
}

/** The token of a kind. */
export const tokenOfKind = (kind: number): string =>
  kind <= highest ? `#${kind}` : kind === kinds.number ? '<num>' : kind === kinds.hex ? '<hex>' : longWord;

/** The token that a word is; empty for one that says nothing. */
export function tokenOf(word: string, option: boolean): string {
  const first = word.charCodeAt(0);
  if (first <= 0x39) {
    const number = digits.test(word) || hexNumber.test(word) ? Number(word) : Number.NaN;
    if (!Number.isNaN(number)) return tokenOfKind(Math.min(number, kinds.number));
  }
  if (word.length >= 8 && hex.test(word)) return tokenOfKind(kinds.hex);
  if (word.length > longest) return longWord;
  if (option) {
    const full = fullOption(word);
    return full.length > 2 ? full : `-${full}`;
  }
  return word === 'exe' ? '' : (aliases.get(word) ?? keys.get(word) ?? word);
}
