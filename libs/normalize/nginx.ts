import type { JsonObject } from '@tidewatch/event';
import type { Draft } from './draft.ts';
import { endpoint } from './setters.ts';
import { isClockTime, isDate, monthOf, zoneMs } from './time.ts';

/**
 * nginx' and Apache's `combined` access line (nginx: ngx_http_log_module), also cut short or with more columns:
 *
 *   203.0.113.7 - alice [21/Nov/2026:09:08:01 +0000] "GET /a?b=c HTTP/1.1" 200 512 "https://x/" "curl/8.5.0"
 *
 * @returns undefined where the line has not even address, time and the request's beginning
 */
export function parseNginxAccess(line: string): Draft | undefined {
  const addressEnd = line.indexOf(' ');
  const open = line.indexOf(' [', addressEnd);
  const close = line.indexOf('] "', open);
  if (addressEnd < 1 || addressEnd > 255 || open < 0 || close < 0 || close - open > 40) return undefined;
  const time = clfTime(line.slice(open + 2, close));
  if (time === undefined) return undefined;

  const fields: JsonObject = {
    message: line,
    event: { category: ['web'], type: ['access'], action: 'http_request' },
  };
  setSource(fields, line.slice(0, addressEnd));
  const user = line.slice(addressEnd + 1, open).replace(/^\S+ ?/, '');
  if (user !== '' && user !== '-') fields.user = { name: user };

  const request = quoted(line, close + 2);
  const [status, bytes] = numbers(line, request.end);
  setRequest(fields, request.text, status, bytes);
  const referrer = quoted(line, line.indexOf('"', request.end));
  if (hasValue(referrer.text)) httpRequest(fields).referrer = referrer.text;
  const agent = quoted(line, referrer.end < 0 ? -1 : line.indexOf('"', referrer.end));
  if (hasValue(agent.text)) fields.user_agent = { original: agent.text };
  // A quote before the request's would be in the user's name.
  const shape = line.indexOf('"') === close + 2 ? 'access' : undefined;
  return { dataset: 'nginx.access', time, fields, shape };
}

/** Whether a line is worth offering to {@link parseNginxAccess}. */
export const looksLikeAccess = (line: string): boolean => {
  const at = line.indexOf('] "');
  return at > 0 && at < 600 && line.charCodeAt(at - 6) === 32 && line.charCodeAt(at - 9) === 58;
};

const setEndpoint = endpoint('source');

function setSource(fields: JsonObject, address: string): void {
  setEndpoint(fields, address);
  (fields.source as JsonObject).address = address;
}

const clf = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})$/;

let last: { readonly stamp: string; readonly time: number | undefined } = { stamp: '', time: undefined };

/** Lines come in runs of one second. */
function clfTime(stamp: string): number | undefined {
  if (stamp !== last.stamp) last = { stamp, time: readClf(stamp) };
  return last.time;
}

function readClf(stamp: string): number | undefined {
  const match = clf.exec(stamp);
  if (match === null) return undefined;
  const [, day, name = '', year, hours, minutes, seconds, zone = ''] = match;
  const month = monthOf(name);
  const date = [Number(year), month, Number(day)] as const;
  const clock = [Number(hours), Number(minutes), Number(seconds)] as const;
  if (!isDate(...date) || !isClockTime(...clock)) return undefined;
  return Date.UTC(...date, ...clock) - zoneMs(zone);
}

interface Quoted {
  readonly text: string;
  /** Position after the closing quote; -1 where there is none. */
  readonly end: number;
}

const nothing: Quoted = { text: '', end: -1 };

/** Reads from the quote at `start` to its closing one; an unclosed text runs to the end of the line. */
function quoted(line: string, start: number): Quoted {
  if (start < 0 || line.charCodeAt(start) !== 34) return nothing;
  let end = line.indexOf('"', start + 1);
  // Apache writes a quote inside as \"; nginx as \x22, which needs no care here.
  while (end > 0 && isEscaped(line, end)) end = line.indexOf('"', end + 1);
  const text = unescaped(line.slice(start + 1, end < 0 ? undefined : end));
  return { text, end: end < 0 ? -1 : end + 1 };
}

function isEscaped(line: string, at: number): boolean {
  let first = at;
  while (line.charCodeAt(first - 1) === 92) first--;
  return (at - first) % 2 === 1;
}

/** Undoes the log's own escapes but for control characters: those stay as written. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/(?:\\x[\dA-Fa-f]{2})+|\\(["\\])/g, (escaped, plain?: string) => {
    if (plain !== undefined) return plain;
    const bytes = Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
    const decoded = bytes.toString('utf8');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    return /[\u0000-\u001f\u007f-\u009f\ufffd]/.test(decoded) ? escaped : decoded;
  });
}

const statusAndBytes = / (\d{3}) (?:(\d{1,15})|-)/y;

function numbers(line: string, from: number): [status: number | undefined, bytes: number | undefined] {
  if (from < 0) return [undefined, undefined];
  statusAndBytes.lastIndex = from;
  const match = statusAndBytes.exec(line);
  if (match === null) return [undefined, undefined];
  return [Number(match[1]), match[2] === undefined ? undefined : Number(match[2])];
}

const requestLine = /^([A-Za-z_-]{1,32}) (\S+)(?: HTTP\/(\d(?:\.\d)?))?$/;

function setRequest(fields: JsonObject, request: string, status?: number, bytes?: number): void {
  const http: JsonObject = {};
  const match = requestLine.exec(request);
  if (match !== null) {
    const [, method = '', target = '', version] = match;
    http.request = { method };
    if (version !== undefined) http.version = version;
    fields.url = urlFields(target, method);
  } else if (hasValue(request)) {
    // Not HTTP at all, such as a TLS handshake on the plain port.
    fields.nginx = { request };
  }
  if (status !== undefined) {
    const response: JsonObject = { status_code: status };
    if (bytes !== undefined) response.body = { bytes };
    http.response = response;
    (fields.event as JsonObject).outcome = status < 400 ? 'success' : 'failure';
  }
  fields.http = http;
}

function urlFields(target: string, method: string): JsonObject {
  const url: JsonObject = { original: target };
  let path = target;
  const absolute = /^[a-z][a-z\d+.-]{0,15}:\/\/([^/?#]{0,255})/i.exec(target);
  if (absolute !== null || method === 'CONNECT') {
    const authority = absolute?.[1] ?? target;
    url.domain = authority.replace(/^[^@]*@/, '').replace(/:\d{1,5}$/, '');
    path = absolute === null ? '' : target.slice(absolute[0].length);
  }
  const question = path.indexOf('?');
  if (question >= 0) {
    url.query = path.slice(question + 1);
    path = path.slice(0, question);
  }
  if (path !== '') url.path = path;
  const extension = /\.([A-Za-z\d]{1,16})$/.exec(path)?.[1];
  if (extension !== undefined) url.extension = extension.toLowerCase();
  return url;
}

function httpRequest(fields: JsonObject): JsonObject {
  const http = fields.http as JsonObject;
  http.request ??= {};
  return http.request as JsonObject;
}

const hasValue = (text: string): boolean => text !== '' && text !== '-';
