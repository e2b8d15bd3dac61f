import { Buffer } from 'node:buffer';

/** UTF-16 units that are read of a line: the most that CreateProcess takes. */
export const lineLimit = 32_768;
/** Texts that were recoded several times are followed so far. */
const depthLimit = 3;

/** What the variables stand for on a machine with Windows' defaults. */
export const environment: ReadonlyMap<string, string> = new Map([
  ['comspec', 'c:\\windows\\system32\\cmd.exe'],
  ['systemroot', 'c:\\windows'],
  ['windir', 'c:\\windows'],
  ['systemdrive', 'c:'],
  ['programfiles', 'c:\\program files'],
  ['programdata', 'c:\\programdata'],
  ['allusersprofile', 'c:\\programdata'],
  ['public', 'c:\\users\\public'],
  ['userprofile', 'c:\\users\\user'],
  ['appdata', 'c:\\users\\user\\appdata\\roaming'],
  ['localappdata', 'c:\\users\\user\\appdata\\local'],
  ['temp', 'c:\\users\\user\\appdata\\local\\temp'],
  ['tmp', 'c:\\users\\user\\appdata\\local\\temp'],
  ['os', 'windows_nt'],
]);

const foreign = /[^\0-\x7f]/;
const dashes = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
const smartQuotes = /[\u2018-\u201f]/g;
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;
const edited = /["'`^%$!]|\.\.|\.\\/;
const variable =
  /%([a-z_]\w{0,31})(?::~(-?\d{1,4})(?:,(-?\d{1,4}))?)?%|\$\{?env:(\w{1,32})\}?|!([a-z_]\w{0,31})!/g;
/** Codes may be coded again. */
const urlEncoded = /%(?:25)*([2-7][\da-f])/g;
const climb = /[^\\/\s]+[\\/]+\.\.(?=[\\/])/g;
const recoded = /[A-Za-z0-9+/]{20,}/g;

/**
 * A line as a program would read it, in lower case: without the characters that shells drop (carets, back-ticks, quotes), with
 * variables in full, paths without detours, and what stands in Base64 appended. What is said twice is two lines' one text.
 */
export function canonical(line: string, depth = 0): string {
  let text = line.length > lineLimit ? line.slice(0, lineLimit) : line;
  const inside = depth < depthLimit ? decoded(text) : '';
  if (foreign.test(text))
    text = text
      .normalize('NFKC')
      .slice(0, lineLimit)
      .replace(dashes, '-')
      .replace(smartQuotes, '"')
      .replace(invisible, '');
  text = text.toLowerCase();
  if (edited.test(text)) {
    text = text.replace(/["']\s?\+\s?["']|["'`^]/g, '');
    if (/[%$!]/.test(text))
      text = text
        .replace(variable, expand)
        .replace(urlEncoded, (_, code: string) =>
          String.fromCharCode(Number.parseInt(code, 16)).toLowerCase(),
        );
    for (let i = 0; i < 4 && text.includes('..'); i++) text = text.replace(climb, '.');
  }
  return inside === '' ? text : `${text} ${canonical(inside, depth + 1)}`;
}

/** A variable that nobody knows is as good as empty. */
function expand(
  whole: string,
  batch: string | undefined,
  from: string | undefined,
  count: string | undefined,
  shell: string | undefined,
  delayed: string | undefined,
): string {
  const name = batch ?? shell ?? delayed ?? '';
  const value = environment.get(name);
  if (value === undefined) return shell === undefined && from === undefined ? '' : whole;
  if (from === undefined) return value;
  const start = Number(from) < 0 ? Math.max(0, value.length + Number(from)) : Number(from);
  const length = count === undefined ? value.length : Number(count);
  return value.slice(start, length < 0 ? value.length + length : start + length);
}

/** The texts that stand in a line as Base64, of UTF-16 or of ASCII. */
function decoded(line: string): string {
  let texts = '';
  for (const { 0: word, index } of line.matchAll(recoded)) {
    if (!mayBeText(line, index, index + word.length)) continue;
    const text = textOf(Buffer.from(word, 'base64'));
    if (text !== '') texts += ` ${text}`;
  }
  return texts;
}

/** Letters of Base64 that are taken for a text, at least. */
export const recodedFrom = 20;
/** Share of a text's bytes that no letter has, at most. */
const unreadable = 0.03;
const sixBits = new Int8Array(128).fill(-1);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((letter, i) => {
  sixBits[letter.charCodeAt(0)] = i;
});
export const isBase64 = (code: number): boolean => (sixBits[code] ?? -1) >= 0;

/** Whether letters of Base64 may hold a text. Most do not, as paths, and a few of their bytes say so. */
export function mayBeText(line: string, from: number, to: number): boolean {
  const bytes = Math.floor(((to - from) * 3) / 4);
  let bits = 0;
  let held = 0;
  let bad = 0;
  for (let i = from, byte = 0; i < to; i++) {
    bits = ((bits << 6) | (sixBits[line.charCodeAt(i)] ?? 0)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const value = (bits >> held) & 0xff;
    if (!isPrintable(value) && !(value === 0 && byte % 2 === 1) && ++bad > unreadable * bytes) return false;
    byte++;
  }
  return true;
}

const isPrintable = (byte: number): boolean =>
  (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13;

function textOf(bytes: Buffer): string {
  let zeros = 0;
  let printable = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0 && i % 2 === 1) zeros++;
    else if (isPrintable(byte)) printable++;
  }
  if (printable + zeros < (1 - unreadable) * bytes.length) return '';
  return zeros > 0.4 * bytes.length ? bytes.toString('utf16le') : zeros === 0 ? bytes.toString('latin1') : '';
}
