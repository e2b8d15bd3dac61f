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
const longest = 40;
/** The token of such a word. */
export const longWord = '<long>';

/**
 * The words of a canonical text, each once, in their order. Numbers are themselves up to 65535, in whichever base they are written; longer ones,
 * hexadecimal texts and long words are `<num>`, `<hex>` and `<long>`. `exe` is no word, as programs are named with and
 * without it. Options of one or two letters keep a dash before them.
 */
export function tokensOf(text: string): string[] {
  const found = new Set<string>();
  const units = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  eachWord(units, text.length, (start, end, option) => {
    const token = tokenOf(text.slice(start, end), option);
    if (token !== '') found.add(token);
  });
  return [...found];
}

/** FNV-1a's offset and prime, 32 bits. */
export const fnv = { offset: 0x811c9dc5, prime: 0x01000193 } as const;

/** Tells the words of a canonical text: where each begins and ends, whether it is an option, and its FNV-1a. */
export function eachWord(
  units: Uint16Array,
  length: number,
  visit: (start: number, end: number, option: boolean, hash: number) => void,
): void {
  for (let i = 0; i < length; i++) {
    if (!isWord(units[i] as number)) continue;
    const start = i;
    let hash: number = fnv.offset;
    for (; i < length; i++) {
      const unit = units[i] as number;
      if (!isWord(unit) && !(unit === hyphen && i + 1 < length && isWord(units[i + 1] as number))) break;
      hash = Math.imul(hash ^ unit, fnv.prime);
    }
    visit(start, i, isOption(units, start), hash);
  }
}

/** Whether a character belongs to words: letters, digits, underscore, and all that is not ASCII. */
export const isWord = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x30 && code <= 0x39) ||
  code === 0x5f ||
  code > 0x7f ||
  (code >= 0x41 && code <= 0x5a);

const hyphen = 0x2d;
const slash = 0x2f;

function isOption(units: Uint16Array, start: number): boolean {
  if (start === 0) return false;
  const before = units[start - 1];
  if (before !== hyphen && before !== slash) return false;
  if (start === 1) return true;
  const further = units[start - 2] as number;
  return further <= 0x20 || further === hyphen;
}

/** The token that a word is; empty for one that says nothing. */
export function tokenOf(word: string, option: boolean): string {
  const first = word.charCodeAt(0);
  if (first <= 0x39) {
    const number = digits.test(word) || hexNumber.test(word) ? Number(word) : Number.NaN;
    if (!Number.isNaN(number)) return number <= 65_535 ? `#${number}` : '<num>';
  }
  if (word.length >= 8 && hex.test(word)) return '<hex>';
  if (word.length > longest) return longWord;
  if (option) {
    const full = fullOption(word);
    return full.length > 2 ? full : `-${full}`;
  }
  return word === 'exe' ? '' : (aliases.get(word) ?? keys.get(word) ?? word);
}
