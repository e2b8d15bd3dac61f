import type { JsonObject } from '@tidewatch/event';
import { addOwn } from '../setters.ts';

/**
 * Reads RFC 5424 STRUCTURED-DATA (section 6.3) at `start`: `-` or elements such as `[id name="value"]`, with `\"`,
 * `\\` and `\]` in values. Dots in ids and names become `_`, as fields are nested. A name given twice keeps both values.
 *
 * @returns undefined where it is malformed; `end` is the position after it
 */
export function readStructuredData(
  text: string,
  start: number,
): { readonly value: JsonObject | undefined; readonly end: number } | undefined {
  if (text[start] === '-') return { value: undefined, end: start + 1 };
  const value: JsonObject = {};
  let at = start;
  while (text[at] === '[') {
    const end = readElement(text, at + 1, value);
    if (end === undefined) return undefined;
    at = end;
  }
  return { value, end: at };
}

const name = /[^\s="\]]{1,32}/y;

function readName(text: string, at: number): string | undefined {
  name.lastIndex = at;
  return name.exec(text)?.[0];
}

function readElement(text: string, start: number, into: JsonObject): number | undefined {
  const id = readName(text, start);
  if (id === undefined) return undefined;
  const params: JsonObject = {};
  let at = start + id.length;
  while (text[at] === ' ') {
    const key = readName(text, at + 1);
    if (key === undefined) return undefined;
    at += 1 + key.length;
    if (text[at] !== '=' || text[at + 1] !== '"') return undefined;
    const end = closingQuote(text, at + 2);
    if (end === undefined) return undefined;
    const value = text.slice(at + 2, end).replace(/\\(["\\\]])/g, '$1');
    const flat = key.replaceAll('.', '_');
    const known = Object.hasOwn(params, flat) ? params[flat] : undefined;
    if (Array.isArray(known)) known.push(value);
    else addOwn(params, flat, known === undefined ? value : [known, value]);
    at = end + 1;
  }
  if (text[at] !== ']') return undefined;
  addOwn(into, id.replaceAll('.', '_'), params);
  return at + 1;
}

function closingQuote(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 34) return at;
  }
  return undefined;
}
