import { isIP } from 'node:net';

/** What a part of a line looks like. `word` is text of the program itself, or so it seems; all others vary. */
export type Kind =
  | 'word'
  | 'value'
  | 'id'
  | 'number'
  | 'ip'
  | 'time'
  | 'level'
  | 'uuid'
  | 'mac'
  | 'hex'
  | 'url'
  | 'email'
  | 'domain'
  | 'path'
  | 'text';

/** A part between separators. */
export interface Slot {
  readonly kind: Kind;
  readonly text: string;
}

/** A line as slots and what stands before, between and after them: one separator more than slots. */
export interface Tokens {
  readonly slots: readonly Slot[];
  readonly separators: readonly string[];
}

/** Longest part of a line that is looked at, in characters, and most slots in it; what is beyond is one text. */
const longest = 2_000;
const mostSlots = 96;

const kinds: readonly (readonly [Kind, string])[] = [
  ['time', '[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})? \\d{4}'],
  ['time', '\\d{4}[-/]\\d\\d[-/]\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z| ?[+-]\\d\\d:?\\d\\d)?'],
  ['time', '\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}'],
  ['time', '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d'],
  ['time', '\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?![\\w:])'],
  ['uuid', '[\\da-fA-F]{8}-[\\da-fA-F]{4}-[\\da-fA-F]{4}-[\\da-fA-F]{4}-[\\da-fA-F]{12}(?!\\w)'],
  ['mac', '[\\da-fA-F]{2}(?:[:-][\\da-fA-F]{2}){5}(?![\\w:])'],
  ['ip', '\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}(?![\\w.]\\w)'],
  ['ip', '[\\da-fA-F]{0,4}:[\\da-fA-F:]{1,40}(?:\\.\\d{1,3}){0,3}(?!\\w)'],
  ['url', '[a-z][a-z\\d+.-]{1,15}://[^\\s"\'<>]{1,1000}'],
  ['email', '[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,8}'],
  ['hex', '0x[\\da-fA-F]{1,64}(?!\\w)'],
  ['hex', '[\\da-fA-F]{16,128}(?!\\w)'],
  ['number', '[+-]?\\d{1,20}(?:\\.\\d{1,20})?(?![\\w.]\\w|\\w)'],
  ['path', '(?:/[\\w.@%+~:-]{1,255}){1,32}/?'],
  ['path', '[A-Za-z]:\\\\[^\\s"\'<>|]{1,260}'],
  ['domain', '(?:[A-Za-z\\d-]{1,63}\\.){1,8}[A-Za-z]{2,24}(?![\\w-])'],
  ['level', '(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRIT|CRITICAL|FATAL)(?![\\w-])'],
  ['word', '[\\w\\u0080-\\uffff$@\\\\-]{1,200}'],
];
const part = new RegExp(kinds.map(([, pattern]) => `(${pattern})`).join('|'), 'y');
const quoted = /"([^"]{0,1000})"/y;
const hasDigit = /\d/;

/** Cuts a line into what varies and what stays, in time linear in its length. */
export function tokenise(line: string): Tokens {
  const slots: Slot[] = [];
  const separators: string[] = [];
  const end = Math.min(line.length, longest);
  let separator = '';
  let at = 0;
  const add = (kind: Kind, text: string): void => {
    separators.push(separator);
    separator = '';
    slots.push({ kind, text });
  };
  while (at < end && slots.length < mostSlots) {
    const code = line.charCodeAt(at);
    if (code === doubleQuote) {
      quoted.lastIndex = at;
      const inside = quoted.exec(line)?.[1];
      if (inside !== undefined) {
        separator += '"';
        add('text', inside);
        separator = '"';
        at += inside.length + 2;
        continue;
      }
    }
    // Two slots side by side cannot be told apart again: what follows at once is part of the separator.
    const found = separator === '' && slots.length > 0 ? undefined : partAt(line, at);
    if (found === undefined) {
      separator += line[at];
      at++;
      continue;
    }
    const isValue = found.kind === 'word' && (separator === '=' || separator === '="');
    add(isValue ? 'value' : found.kind, found.text);
    at += found.text.length;
  }
  if (at < line.length) {
    if (separator === '' && slots.length > 0)
      slots.push({ kind: 'text', text: (slots.pop() as Slot).text + line.slice(at) });
    else add('text', line.slice(at));
  }
  return { slots, separators: [...separators, separator] };
}

const doubleQuote = 34;

function partAt(line: string, at: number): Slot | undefined {
  part.lastIndex = at;
  const match = part.exec(line);
  if (match === null) return undefined;
  const text = match[0];
  for (let i = 0; i < kinds.length; i++) {
    if (match[i + 1] === undefined) continue;
    const [kind] = kinds[i] as (typeof kinds)[0];
    if (kind === 'ip' && isIP(text) === 0) return wordAt(line, at);
    return kind === 'word' ? wordOf(text) : { kind, text };
  }
  return undefined;
}

const word = new RegExp(kinds.at(-1)?.[1] ?? '', 'y');

/** What only looked like an address. */
function wordAt(line: string, at: number): Slot | undefined {
  word.lastIndex = at;
  const text = word.exec(line)?.[0];
  return text === undefined ? undefined : wordOf(text);
}

function wordOf(text: string): Slot {
  if (/^\d+$/.test(text)) return { kind: 'number', text };
  return { kind: hasDigit.test(text) ? 'id' : 'word', text };
}
