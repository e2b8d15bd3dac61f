import type { JsonObject } from '@tidewatch/event';
import { parse } from 'tldts';

const parts = /^(?:([A-Za-z][A-Za-z\d+.-]{0,31}):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const extension = /\.([A-Za-z\d]{1,16})$/;

/**
 * The parts of a URL as ECS names them, by RFC 3986's own expression (appendix B), as they were sent: nothing of the path
 * is resolved. A password is left out.
 */
export function urlParts(text: string): JsonObject {
  const match = parts.exec(text);
  if (match === null) return {};
  const [, scheme, authority, path = '', query, fragment] = match;
  const result: JsonObject = {};
  if (scheme !== undefined) result.scheme = scheme.toLowerCase();
  if (authority !== undefined && authority !== '') readAuthority(authority, result);
  if (path !== '') result.path = path;
  const ending = extension.exec(path.slice(-64))?.[1];
  if (ending !== undefined) result.extension = ending.toLowerCase();
  if (query !== undefined) result.query = query;
  if (fragment !== undefined) result.fragment = fragment;
  return result;
}

function readAuthority(authority: string, result: JsonObject): void {
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : (authority.slice(0, at).split(':', 1)[0] as string);
  if (user !== '') result.username = user;
  const host = authority.slice(at + 1);
  const colon = host.endsWith(']') ? -1 : host.lastIndexOf(':');
  const port = colon < 0 ? '' : host.slice(colon + 1);
  const isPort = /^\d{1,5}$/.test(port);
  if (isPort) result.port = Number(port);
  result.domain = (isPort ? host.slice(0, colon) : host).toLowerCase();
}

/** What is registered of a domain's name, by the list of public suffixes; undefined for addresses and single names. */
export function domainParts(name: string): JsonObject | undefined {
  if (name.length > 253) return undefined;
  const { domain, subdomain, publicSuffix, isIp } = parse(name, { validateHostname: false });
  if (isIp === true || domain === null) return undefined;
  return {
    registered_domain: domain,
    ...(publicSuffix === null ? {} : { top_level_domain: publicSuffix }),
    ...(subdomain === null || subdomain === '' ? {} : { subdomain }),
  };
}
