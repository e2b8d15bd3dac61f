import { isIP } from 'node:net';
import { isHostileKey, isObject, type Json, type JsonObject } from '@tidewatch/event';

/** Puts one value of a source's record into an event. The value is not empty and not `-`. */
export type Setter = (event: JsonObject, value: string) => void;

/** The object under `key`, created where there is none. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const present = parent[key];
  if (isObject(present)) return present;
  const created: JsonObject = {};
  parent[key] = created;
  return created;
}

/** Writes at a path split once; objects on the way are created. Paths are the code's own, never a record's. */
export function fieldWriter(path: string): (event: JsonObject, value: Json) => void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  return (event, value) => {
    let current = event;
    for (const key of keys) current = objectAt(current, key);
    current[last] = value;
  };
}

/** The number that a text says: whole, decimal or `0x` hexadecimal, exact in a double. */
export function parseLong(value: string): number | undefined {
  if (!/^(?:-?\d{1,16}|0x[\da-fA-F]{1,14})$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A file's path to `path`, `directory`, `name` and `extension` under `prefix`. */
export function file(prefix: string): Setter {
  const [path, directory, name, extension] = ['path', 'directory', 'name', 'extension'].map((key) =>
    fieldWriter(`${prefix}.${key}`),
  ) as [Setter, Setter, Setter, Setter];
  return (event, value) => {
    const last = baseName(value);
    path(event, value);
    name(event, last);
    if (last.length + 1 < value.length) directory(event, value.slice(0, value.length - last.length - 1));
    const dot = last.lastIndexOf('.');
    if (dot > 0 && dot < last.length - 1) extension(event, last.slice(dot + 1).toLowerCase());
  };
}

const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);

/** An end of a connection under `prefix`: an address to `ip`, a name to `domain`. */
export function endpoint(prefix: string): Setter {
  const ip = fieldWriter(`${prefix}.ip`);
  const domain = fieldWriter(`${prefix}.domain`);
  return (event, value) => {
    const address = ipAddress(value);
    if (address === undefined) domain(event, value);
    else ip(event, address);
  };
}

/**
 * The address in the form ECS' type `ip` takes: without zone (`%eth0`) or brackets, IPv4 in IPv6 as IPv4.
 * Undefined where it is none.
 */
export function ipAddress(value: string): string | undefined {
  if (dottedQuad.test(value)) return value;
  // Most that is none is a name: every address of IPv6 has a colon, every one of IPv4 begins with a digit.
  if (value.length > 64 || !(beginsWithDigit(value) || value.includes(':'))) return undefined;
  let address = value;
  if (address.startsWith('[') && address.endsWith(']')) address = address.slice(1, -1);
  const zone = address.indexOf('%');
  if (zone > 0) address = address.slice(0, zone);
  if (/^::ffff:\d/i.test(address)) address = address.slice(7);
  return isIP(address) === 0 ? undefined : address;
}

/** IPv4 as it is written nearly always. */
const dottedQuad = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

function beginsWithDigit(value: string): boolean {
  const code = value.charCodeAt(0);
  // Also in brackets, as any address may come.
  return (code >= 48 && code <= 57) || code === 91;
}

/** Adds a key of the record's own choosing; one that could reach a prototype is left out, and false returned. */
export function addOwn(target: JsonObject, key: string, value: Json): boolean {
  if (isHostileKey(key)) return false;
  target[key] = value;
  return true;
}
