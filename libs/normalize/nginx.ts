import type { WrittenDraft } from './draft.ts';
import { ipAddress } from './setters.ts';
import { isClockTime, isDate, monthOf, zoneMs } from './time.ts';
import { member, type Quote, quoteOf, wholeNumber } from './written.ts';

/**
 * nginx' and Apache's `combined` access line (nginx: ngx_http_log_module), also cut short or with more columns:
 *
 *   203.0.113.7 - alice [21/Nov/2026:09:08:01 +0000] "GET /a?b=c HTTP/1.1" 200 512 "https://x/" "curl/8.5.0"
 *
 * @returns undefined where the line has not even address, time and the request's beginning
 */
export function parseNginxAccess(line: string): WrittenDraft | undefined {
  const addressEnd = line.indexOf(' ');
  const open = line.indexOf(' [', addressEnd);
  const close = line.indexOf('] "', open);
  if (addressEnd < 1 || addressEnd > 255 || open < 0 || close < 0 || close - open > 40) return undefined;
  const time = clfTime(line.slice(open + 2, close));
  if (time === undefined) return undefined;

  // A quote before the request's would be in the user's name.
  const write = quoteOf(line, line.indexOf('"') === close + 2);
  const source = readSource(line.slice(0, addressEnd), write);
  const user = readUser(line, addressEnd + 1, open);
  const request = quoted(line, close + 2);
  const target = readRequest(request.text, write);
  const response = readResponse(line, request.end);
  const referrer = quoted(line, request.end < 0 ? -1 : line.indexOf('"', request.end));
  const agent = quoted(line, referrer.end < 0 ? -1 : line.indexOf('"', referrer.end));
  const http = httpMembers(
    target.method,
    member('referrer', given(referrer.text), write),
    target.version + response.member,
  );
  const name = user === undefined ? undefined : write(user);
  const json = JSON.stringify(line);
  return {
    dataset: 'nginx.access',
    time,
    written: {
      line: { text: line, json },
      event: `,"category":["web"],"type":["access"],"action":"http_request"${response.outcome}`,
      members: `,"message":${json}${source.member}${name === undefined ? '' : `,"user":{"name":${name}}`}${target.member},"http":${http}${agentMember(agent.text, write)}`,
      related: { user: [name], ip: [source.ip], hosts: [source.domain, target.domain] },
    },
  };
}

/** Whether a line is worth offering to {@link parseNginxAccess}. */
export const looksLikeAccess = (line: string): boolean => {
  const at = line.indexOf('] "');
  return (
    at > 0 &&
    at < 600 &&
    line.charCodeAt(at - 6) === 32 &&
    line.charCodeAt(at - 9) === 58 &&
    // A stamp in the client's place: the line stands inside another.
    !(line.charCodeAt(10) === 84 && line.charCodeAt(4) === 45 && line.charCodeAt(7) === 45)
  );
};

/** The end that asked; ip and domain as JSON. */
function readSource(address: string, write: Quote) {
  const found = ipAddress(address);
  const text = write(address);
  const ip = found === address ? text : found && write(found);
  const domain = ip === undefined ? text : undefined;
  const member =
    ip === undefined
      ? `,"source":{"domain":${text},"address":${text}}`
      : `,"source":{"ip":${ip},"address":${text}}`;
  return { ip, domain, member };
}

/** The name of who logged in, after the one of identd, between two places. */
function readUser(line: string, from: number, to: number): string | undefined {
  // Nearly always.
  if (to - from === 3 && line.startsWith('- -', from)) return undefined;
  return given(line.slice(from, to).replace(/^\S+ ?/, ''));
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

const noResponse = { member: '', outcome: '' };

/** The status and size after the request. */
function readResponse(line: string, from: number) {
  if (from < 0) return noResponse;
  statusAndBytes.lastIndex = from;
  const match = statusAndBytes.exec(line);
  if (match === null) return noResponse;
  const [, status = '', bytes] = match;
  const body = bytes === undefined ? '' : `,"body":{"bytes":${wholeNumber(bytes)}}`;
  return {
    member: `,"response":{"status_code":${wholeNumber(status)}${body}}`,
    outcome: Number(status) < 400 ? ',"outcome":"success"' : ',"outcome":"failure"',
  };
}

const requestLine = /^([A-Za-z_-]{1,32}) (\S+)(?: HTTP\/(\d(?:\.\d)?))?$/;

const noTarget = { method: '', version: '', domain: undefined, member: '' };

/** Method and version as members; the target as the member `url`. */
function readRequest(request: string, write: Quote) {
  const match = requestLine.exec(request);
  if (match === null) {
    // Not HTTP at all, such as a TLS handshake on the plain port.
    const said = given(request);
    return said === undefined ? noTarget : { ...noTarget, member: `,"nginx":{"request":${write(said)}}` };
  }
  const [, method = '', target = '', version] = match;
  return {
    method: `"method":"${method}"`,
    version: version === undefined ? '' : `,"version":"${version}"`,
    ...readTarget(target, method, write),
  };
}

/** The member `http`. @param method the first member of its request; the others have a comma before them */
function httpMembers(method: string, referrer: string, rest: string): string {
  if (method !== '') return `{"request":{${method}${referrer}}${rest}}`;
  if (referrer !== '') return `{"request":{${referrer.slice(1)}}${rest}}`;
  return `{${rest.slice(1)}}`;
}

function readTarget(target: string, method: string, write: Quote) {
  let path = target;
  let domain: string | undefined;
  const absolute = target.charCodeAt(0) === slash ? null : absoluteUrl.exec(target);
  if (absolute !== null || method === 'CONNECT') {
    const authority = absolute?.[1] ?? target;
    domain = write(authority.replace(/^[^@]*@/, '').replace(/:\d{1,5}$/, ''));
    path = absolute === null ? '' : target.slice(absolute[0].length);
  }
  const question = path.indexOf('?');
  const query = question < 0 ? undefined : path.slice(question + 1);
  if (question >= 0) path = path.slice(0, question);
  const dot = path.lastIndexOf('.');
  const extension = dot < 0 ? undefined : extensionOf.exec(path)?.[1]?.toLowerCase();
  return {
    // An empty one says nothing of whom else the event is about.
    domain: domain === '""' ? undefined : domain,
    member: `,"url":{"original":${write(target)}${domain === undefined ? '' : `,"domain":${domain}`}${member('query', query, write)}${path === '' ? '' : member('path', path, write)}${member('extension', extension, write)}}`,
  };
}

const slash = 47;
const absoluteUrl = /^[a-z][a-z\d+.-]{0,15}:\/\/([^/?#]{0,255})/i;
const extensionOf = /\.([A-Za-z\d]{1,16})$/;

const agentMember = (agent: string, write: Quote): string =>
  given(agent) === undefined ? '' : `,"user_agent":{"original":${write(agent)}}`;

const given = (text: string): string | undefined => (text === '' || text === '-' ? undefined : text);
