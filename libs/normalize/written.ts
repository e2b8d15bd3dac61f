import type { Json, JsonObject } from '@tidewatch/event';
import type { RelatedKind } from './related.ts';

/*
 * JSON as text. Parsers of frequent lines write it themselves: to make objects of every line, only to write them at
 * once, would be most of their work. Members are written each with a comma before it.
 */

/** What a parser wrote of a line. */
export interface Written {
  /** Members of `event`, beside Tidewatch's own: `,"category":["web"],"action":"http_request"`. */
  readonly event: string;
  /** All other members: `,"message":"…","source":{"ip":"192.0.2.7"}`. */
  readonly members: string;
  readonly related: Related;
  /** The line as JSON, where the parser had to write it. */
  readonly line?: { readonly text: string; readonly json: string } | undefined;
  /** `event.kind`, where it is not `event`. */
  readonly kind?: string | undefined;
  /** The record's own tags, an array. */
  readonly tags?: string | undefined;
  /** It is all that the record says, as it says it: its text needs not be kept beside it. */
  readonly complete?: boolean;
}

/** What goes into `related.*`, as JSON; undefined and what comes twice is left out. */
export type Related = Readonly<Partial<Record<RelatedKind, readonly (string | undefined)[]>>>;

/** Writes a text as JSON. */
export type Quote = (text: string) => string;

/** Stands in JSON as it is: ASCII without quotes, backslashes and control characters. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const plainButQuotes = /^[\x20-\x5b\x5d-\x7e]*$/;

const asItIs: Quote = (text) => `"${text}"`;

/** Any text as JSON. */
export const quote: Quote = (text) => (plain.test(text) ? asItIs(text) : JSON.stringify(text));

/**
 * For the parts of a line, which is looked at once instead of each of them.
 *
 * @param quotes whether the line may have quotes: then they must be between its parts
 */
export const quoteOf = (line: string, quotes = false): Quote =>
  (quotes ? plainButQuotes : plain).test(line) ? asItIs : quote;

/** One member, or nothing. */
export const member = (key: string, text: string | undefined, write: Quote): string =>
  text === undefined ? '' : `,"${key}":${write(text)}`;

/** Digits as a number in JSON, which has no zeros in front; exact up to 15 of them. */
export const wholeNumber = (digits: string): string =>
  digits.charCodeAt(0) === zero && digits.length > 1 ? String(Number(digits)) : digits;

const zero = 48;

/** The members of an object, but for some. */
export function membersOf(object: JsonObject, except: ReadonlySet<string>): string {
  let members = '';
  for (const key of Object.keys(object))
    if (!except.has(key)) members += `,${quote(key)}:${JSON.stringify(object[key])}`;
  return members;
}

/** Members as the object that they are written for. */
export const objectOf = (members: string): JsonObject =>
  JSON.parse(`{${members.slice(1)}}`) as { [key: string]: Json };

/** The member `related`, or nothing. */
export function relatedMember({ user, ip, hosts, hash }: Related): string {
  const members = list(list(list(list('', 'user', user), 'ip', ip), 'hosts', hosts), 'hash', hash);
  return members === '' ? '' : `${members}}`;
}

/** @param before the members before it */
function list(before: string, kind: RelatedKind, values: Related[RelatedKind]): string {
  if (values === undefined) return before;
  let text = '';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === undefined || values.indexOf(value) < i) continue;
    text += text === '' ? value : `,${value}`;
  }
  if (text === '') return before;
  return `${before === '' ? ',"related":{' : `${before},`}"${kind}":[${text}]`;
}
