import { quote as quoteCode } from '@tidewatch/event/json_bytes';
import { ipAddress, parseLong } from '../setters.ts';
import { quote } from '../written.ts';
import { type EventFields, field } from './event_fields.ts';

/** Puts what one value of a record says into an event. The value is JSON: a text that is not empty and not `-`. */
export type Setter = (event: EventFields, json: string) => void;

/** Which member of a source's record goes where in ECS. */
export type FieldMap = Readonly<Record<string, Setter | readonly Setter[]>>;

/** Longest value copied into an ECS field, in characters: Windows' longest command line. The source's own field stays whole. */
const maxValue = 32_768;

/** JSON of a value as setters take it; undefined where it is no text, or says nothing. */
export function settable(json: string | undefined): string | undefined {
  if (json === undefined || json.charCodeAt(0) !== quoteCode) return undefined;
  if (json.length <= 3 && (json === '""' || json === '"-"')) return undefined;
  return json.length - 2 > maxValue ? quote(textOf(json).slice(0, maxValue)) : json;
}

/** What a string of JSON says. */
export const textOf = (json: string): string =>
  json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1);

export function text(path: string): Setter {
  const at = field(path);
  return (event, json) => event.set(at, json);
}

/** One value of an array field, e.g. `host.ip`. */
export function list(path: string): Setter {
  const at = field(path);
  return (event, json) => event.set(at, `[${json}]`);
}

/** A whole number, decimal or `0x` hexadecimal, exact in a double; anything else is left out. */
export function long(path: string): Setter {
  const at = field(path);
  return (event, json) => event.set(at, longOf(json));
}

const decimal = /^"(?:0|[1-9]\d{0,14})"$/;

/** The number that a string of JSON says, as JSON. */
export function longOf(json: string): string | undefined {
  if (decimal.test(json)) return json.slice(1, -1);
  const number = parseLong(json.slice(1, -1));
  // Nought has no sign in JSON.
  return number === undefined ? undefined : String(number);
}

const backslash = 92;

/** Where the next backslash is written in a string of JSON, as two; -1 where there is none. */
function backslashIn(json: string, from: number): number {
  let at = json.indexOf('\\', from);
  while (at !== -1 && json.charCodeAt(at + 1) !== backslash) at = json.indexOf('\\', at + 2);
  return at;
}

function lastBackslashIn(json: string): number {
  let last = -1;
  for (let at = backslashIn(json, 1); at !== -1; at = backslashIn(json, at + 2)) last = at;
  return last;
}

/** `DOMAIN\name` to `domain` and `name` under `prefix`; without a backslash all of it is the name. */
export function account(prefix: string): Setter {
  const [name, domain] = [field(`${prefix}.name`), field(`${prefix}.domain`)];
  return (event, json) => {
    const at = backslashIn(json, 1);
    if (at > 1) event.set(domain, `${json.slice(0, at)}"`);
    if (at === -1) event.set(name, json);
    else if (at + 2 < json.length - 1) event.set(name, `"${json.slice(at + 2)}`);
  };
}

/** Where the last part of a path in JSON begins, and where what stands before its separator ends. */
function lastPart(json: string): readonly [start: number, end: number] {
  const at = lastBackslashIn(json);
  const slash = json.lastIndexOf('/');
  return slash > at ? [slash + 1, slash] : at === -1 ? [1, 1] : [at + 2, at];
}

/** What stands behind the first backslash, or all of it, in JSON. */
export function afterDomain(json: string): string {
  const at = backslashIn(json, 1);
  return at === -1 ? json : `"${json.slice(at + 2)}`;
}

/** What stands behind the last backslash, or all of it, in JSON. */
export function afterLastBackslash(json: string): string {
  const at = lastBackslashIn(json);
  return at === -1 ? json : `"${json.slice(at + 2)}`;
}

/** The last part of a path in JSON. */
const baseName = (json: string): string => `"${json.slice(lastPart(json)[0])}`;

/** The image's path to `executable`, its last part to `name`, under `prefix`. */
export function executable(prefix: string): Setter {
  const [path, name] = [field(`${prefix}.executable`), field(`${prefix}.name`)];
  return (event, json) => {
    event.set(path, json);
    event.set(name, baseName(json));
  };
}

/** A file's path to `path`, `directory`, `name` and `extension` under `prefix`. */
export function file(prefix: string): Setter {
  const at = (key: string) => field(`${prefix}.${key}`);
  const [path, directory, name, extension] = [at('path'), at('directory'), at('name'), at('extension')];
  return (event, json) => {
    const [start, end] = lastPart(json);
    const last = json.slice(start, -1);
    event.set(path, json);
    event.set(name, `"${last}"`);
    if (end > 1) event.set(directory, `${json.slice(0, end)}"`);
    const dot = last.lastIndexOf('.');
    if (dot > 0 && dot < last.length - 1) event.set(extension, `"${last.slice(dot + 1).toLowerCase()}"`);
  };
}

/** An id of a process or session: braces off and in upper case, since shippers differ in both. */
export function guid(path: string): Setter {
  const at = field(path);
  return (event, json) => {
    const value = textOf(json);
    event.set(at, quote((value.startsWith('{') ? value.slice(1, -1) : value).toUpperCase()));
  };
}

/** An end of a connection under `prefix`: an address to `ip`, a name to `domain`. */
export function endpoint(prefix: string): Setter {
  const [ip, domain] = [field(`${prefix}.ip`), field(`${prefix}.domain`)];
  return (event, json) => {
    const address = ipAddress(json.slice(1, -1));
    event.set(address === undefined ? domain : ip, address === undefined ? json : quote(address));
  };
}

/** The path to `registry.path`, and what it is made of: `hive`, `key`, `value`. */
export function registryPath(): Setter {
  const at = (key: string) => field(`registry.${key}`);
  const [path, hive, key, value] = [at('path'), at('hive'), at('key'), at('value')];
  return (event, json) => {
    event.set(path, json);
    const first = backslashIn(json, 1);
    if (first <= 1) return;
    const root = `${json.slice(0, first)}"`;
    event.set(hive, hives.get(root) ?? root);
    event.set(key, `"${json.slice(first + 2)}`);
    const last = lastBackslashIn(json) + 2;
    if (last < json.length - 1) event.set(value, `"${json.slice(last)}`);
  };
}

const hives: ReadonlyMap<string, string> = new Map([
  ['"HKEY_LOCAL_MACHINE"', '"HKLM"'],
  ['"HKEY_USERS"', '"HKU"'],
]);
