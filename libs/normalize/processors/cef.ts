import type { JsonObject } from '@tidewatch/event';
import { z } from 'zod';
import { addOwn } from '../setters.ts';
import { cefDictionary, labelledKey } from './cef_dictionary.ts';
import { nameOf } from './extension.ts';
import { maxPairs } from './pairs.ts';
import { defineProcessor, textField } from './processor.ts';
import { failed, fieldReader, mergeFields, textAt, type Work, workWriter } from './work.ts';

/** Words for severities, as the least number that the standard gives each. */
const severities: Readonly<Record<string, number>> = { low: 0, medium: 4, high: 7, 'very-high': 9 };

const line =
  'CEF:0|Example|Gate|2.1|100|Login \\| refused|7|src=192.0.2.7 spt=4711 act=blocked suser=alice msg=a \\= b c cs1=R 7 cs1Label=Rule Name foo=x';

/** Reads CEF, the Common Event Format (implementation standard, version 26). */
export const cef = defineProcessor({
  name: 'cef',
  summary:
    'Reads CEF: header to `observer`, `event` and `cef`, the dictionary’s keys to ECS, others and custom ones by their labels to `cef.extensions`.',
  config: z.strictObject({ field: textField }),
  examples: [
    {
      title: 'header, dictionary, custom keys',
      config: {},
      before: { message: line },
      after: {
        message: 'a = b c',
        cef: {
          version: '0',
          name: 'Login | refused',
          severity: '7',
          extensions: { Rule_Name: 'R 7', foo: 'x' },
        },
        observer: { vendor: 'Example', product: 'Gate', version: '2.1' },
        event: { code: '100', severity: 7, action: 'blocked' },
        source: { address: '192.0.2.7', port: 4711, user: { name: 'alice' } },
      },
    },
    { title: 'no CEF', config: {}, before: { message: 'CEF:0|a|b' }, fails: 'pattern_mismatch' },
  ],
  create({ field }) {
    const read = fieldReader(field);
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const start = text.indexOf('CEF:');
      const header = start < 0 || start > 512 ? undefined : readHeader(text, start + 4);
      if (header === undefined) return failed(`pattern_mismatch: ${field} has no header of CEF`);
      for (let i = 0; i < headerWriters.length; i++) {
        const part = header.parts[i];
        if (part !== undefined && part !== '') headerWriters[i]?.(work, part);
      }
      const level = numberOf(header.parts[6] as string);
      if (level !== undefined) writeSeverity(work, level);
      readExtension(text.slice(header.end), work);
      return undefined;
    };
  },
});

/** The seven parts between bars, in which a bar stands as `\|`. */
function readHeader(
  text: string,
  from: number,
): { readonly parts: readonly string[]; readonly end: number } | undefined {
  const parts: string[] = [];
  let start = from;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 124) {
      parts.push(headerPart(text.slice(start, at)));
      start = at + 1;
      if (parts.length === 7) return { parts, end: start };
    }
  }
  // A record without an extension may end with its severity.
  return parts.length === 6 ? { parts: [...parts, text.slice(start).trim()], end: text.length } : undefined;
}

const headerPart = (text: string): string =>
  (text.includes('\\') ? text.replace(/\\([|\\])/g, '$1') : text).trim();

/** The parts of the header, in order. */
const headerWriters = [
  ...['cef.version', 'observer.vendor', 'observer.product', 'observer.version'],
  ...['event.code', 'cef.name', 'cef.severity'],
].map((path) => workWriter(path));
const writeSeverity = workWriter('event.severity');

function numberOf(severity: string): number | undefined {
  if (/^(?:10|\d)$/.test(severity)) return Number(severity);
  const word = severity.toLowerCase();
  return Object.hasOwn(severities, word) ? severities[word] : undefined;
}

/** `key=value key=value`: a value goes on until the blank before the next key, and holds `=` as `\=`. */
function readExtension(text: string, work: Work): void {
  const pairs = new Map<string, string>();
  let key = '';
  let start = -1;
  for (let at = 0; at < text.length && pairs.size < maxPairs; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    if (code !== 61) continue;
    const begin = keyStart(text, at);
    // What has no key's name before it is a sign in the value.
    if (begin === at || (begin > 0 && text.charCodeAt(begin - 1) !== 32)) continue;
    if (start >= 0) pairs.set(key, unescaped(text.slice(start, begin)));
    key = text.slice(begin, at);
    start = at + 1;
  }
  if (start >= 0) pairs.set(key, unescaped(text.slice(start)));
  take(pairs, work);
}

/** Longest name of a key. */
const maxKey = 64;

function keyStart(text: string, equals: number): number {
  let at = equals;
  while (at > 0 && equals - at < maxKey && isKey(text.charCodeAt(at - 1))) at--;
  return at;
}

/** Letters, digits, and what vendors put into names besides: `.`, `_`, `[`, `]`, `-`. */
const isKey = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 93 && code !== 92) ||
  (code >= 48 && code <= 57) ||
  code === 46 ||
  code === 95 ||
  code === 45;

const unescaped = (text: string): string => {
  const value = text.trim();
  return value.includes('\\')
    ? value.replace(/\\([=\\nr|])/g, (_, char: string) => (char === 'n' ? '\n' : char === 'r' ? '\r' : char))
    : value;
};

function take(pairs: ReadonlyMap<string, string>, work: Work): void {
  const rest: JsonObject = {};
  for (const [key, value] of pairs) {
    if (value === '' || value === '-') continue;
    const place = Object.hasOwn(cefDictionary, key) ? cefDictionary[key] : undefined;
    if (place?.(work, value) === true) continue;
    const isLabel = key.endsWith('Label') && labelledKey.test(key.slice(0, -5));
    if (isLabel && pairs.has(key.slice(0, -5))) continue;
    const label = labelledKey.test(key) ? nameOf(pairs.get(`${key}Label`) ?? '') : '';
    addOwn(rest, label === '' ? nameOf(key) : label, value);
  }
  if (Object.keys(rest).length > 0) mergeFields(work.fields, { cef: { extensions: rest } });
}
