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

/**
 * The words of a canonical text, each once, in their order. Numbers are themselves up to 65535, in whichever base they are written; longer ones,
 * hexadecimal texts and long words are `<num>`, `<hex>` and `<long>`. `exe` is no word, as programs are named with and
 * without it. Options of one or two letters keep a dash before them.
 */
export function tokensOf(text: string): string[] {
  const found = new Set<string>();
  for (let i = 0; i < text.length; ) {
    if (!isWord(text.charCodeAt(i))) {
      i++;
      continue;
    }
    const start = i;
    while (i < text.length && (isWord(text.charCodeAt(i)) || isHyphen(text, i))) i++;
    const option = isOption(text, start);
    const token = typed(text.slice(start, i), option);
    if (token !== '') found.add(token);
  }
  return [...found];
}

/** Whether a character belongs to words: letters, digits, underscore, and all that is not ASCII. */
export const isWord = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x30 && code <= 0x39) ||
  code === 0x5f ||
  code > 0x7f ||
  (code >= 0x41 && code <= 0x5a);

const isHyphen = (text: string, at: number): boolean =>
  text.charCodeAt(at) === 0x2d && isWord(text.charCodeAt(at + 1));

function isOption(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (before !== 0x2d && before !== 0x2f) return false;
  const further = text.charCodeAt(start - 2);
  return start === 1 || further <= 0x20 || further === 0x2d;
}

function typed(word: string, option: boolean): string {
  const first = word.charCodeAt(0);
  if (first <= 0x39) {
    const number = digits.test(word) || hexNumber.test(word) ? Number(word) : Number.NaN;
    if (!Number.isNaN(number)) return number <= 65_535 ? `#${number}` : '<num>';
  }
  if (word.length >= 8 && hex.test(word)) return '<hex>';
  if (word.length > longest) return '<long>';
  if (option) {
    const full = fullOption(word);
    return full.length > 2 ? full : `-${full}`;
  }
  return word === 'exe' ? '' : (aliases.get(word) ?? word);
}
