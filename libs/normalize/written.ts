import { type EcsEvent, isObject, type Json } from '@tidewatch/event';
import { ecsVersion } from './ecs_fields.ts';

/**
 * Shapes of events whose members this file knows: `sshd` is of a syslog line, its texts parts of the line; `access` of
 * an access line, its texts parts of it without quotes, but for `message`.
 */
export type Shape = 'sshd' | 'access';

/** What an event's texts come from, beside the code's own. */
export type Origin = readonly (string | undefined)[];

/**
 * The JSON of an event, in ASCII, for a fraction of what `JSON.stringify` costs: its shape is known and nothing in it needs
 * escaping. Undefined where something might.
 */
export function writeEvent(event: EcsEvent, shape: Shape, origin: Origin): string | undefined {
  const { original } = event.event;
  if (typeof original !== 'string' || !(shape === 'sshd' ? plain : plainButQuotes).test(original))
    return undefined;
  for (const text of origin) if (text !== undefined && !plain.test(text)) return undefined;
  return written(event, original);
}

/** Stands in JSON as it is: ASCII without quotes, backslashes and control characters. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const plainButQuotes = /^[\x20-\x5b\x5d-\x7e]*$/;

function written(event: EcsEvent, original: string): string {
  const message = escaped(event.message as string);
  let json = `{"@timestamp":"${event['@timestamp']}","message":"${message}",${ownPart(event)}"original":"${event.message === original ? message : escaped(original)}"}`;
  for (const key in event) {
    if (head.has(key)) continue;
    const value = event[key] as Json;
    json += (isObject(value) ? parts[key]?.(value) : undefined) ?? rest(key, value);
  }
  const { source, data_class } = event.tidewatch;
  return `${json},"tidewatch":{"source":"${source}","data_class":"${data_class}"},"ecs":{"version":"${ecsVersion}"}}`;
}

/** What {@link written} writes by itself. */
const head = new Set(['@timestamp', 'message', 'event', 'tidewatch', 'ecs']);

const escaped = (text: string): string => (text.includes('"') ? JSON.stringify(text).slice(1, -1) : text);

function ownPart({ event }: EcsEvent): string {
  const { id, dataset, ingested, module, category, type, action, outcome, reason } = event;
  const own = `"event":{"id":"${id}","dataset":"${dataset}","ingested":"${ingested}","kind":"event","module":"${module}",`;
  if (category === undefined) return own;
  const texts = `${own}"category":${list(category)},"type":${list(type)},"action":"${action}",`;
  const outcomes = outcome === undefined ? texts : `${texts}"outcome":"${outcome}",`;
  return reason === undefined ? outcomes : `${outcomes}"reason":"${reason}",`;
}

const rest = (key: string, value: Json): string => `,"${key}":${JSON.stringify(value)}`;
const text = (key: string, value: Json | undefined): string =>
  value === undefined ? '' : `,"${key}":"${value}"`;
const list = (values: Json | undefined): string =>
  Array.isArray(values) && values.length === 1 ? `["${values[0]}"]` : JSON.stringify(values);

/** Members that most events have; undefined where a member is not as usual. */
const parts: Readonly<Record<string, (value: { readonly [key: string]: Json }) => string | undefined>> = {
  log({ syslog, level, file }) {
    if (!isObject(syslog) || level !== undefined) return undefined;
    const { hostname, appname, procid } = syslog;
    if (hostname === undefined || procid === undefined) return undefined;
    const path = file === undefined ? '' : rest('file', file);
    return `,"log":{"syslog":{"hostname":"${hostname}","appname":"${appname}","procid":"${procid}"}${path}}`;
  },
  host: ({ name, ip }) => (ip === undefined ? `,"host":{"name":"${name}"}` : undefined),
  process: ({ name, pid }) => (pid === undefined ? undefined : `,"process":{"name":"${name}","pid":${pid}}`),
  user: ({ name, id }) => (name === undefined ? undefined : `,"user":{"name":"${name}"${text('id', id)}}`),
  source({ ip, port, address }) {
    if (ip === undefined) return undefined;
    const number = port === undefined ? '' : `,"port":${port}`;
    return `,"source":{"ip":"${ip}"${number}${text('address', address)}}`;
  },
  sshd: ({ method, invalid_user, key }) =>
    method === undefined
      ? undefined
      : `,"sshd":{"method":"${method}"${invalid_user === undefined ? '' : ',"invalid_user":true'}${text('key', key)}}`,
  url: ({ original, domain, query, path, extension }) =>
    `,"url":{"original":"${original}"${text('domain', domain)}${text('query', query)}${text('path', path)}${text('extension', extension)}}`,
  http({ request, version, response }) {
    if (!isObject(request) || !isObject(response) || request.method === undefined) return undefined;
    const { status_code, body } = response;
    const bytes = isObject(body) ? `,"body":{"bytes":${body.bytes}}` : '';
    return `,"http":{"request":{"method":"${request.method}"${text('referrer', request.referrer)}}${text('version', version)},"response":{"status_code":${status_code}${bytes}}}`;
  },
  user_agent: ({ original }) => `,"user_agent":{"original":"${original}"}`,
  related({ user, ip, hosts }) {
    const users = user === undefined ? '' : `,"user":${list(user)}`;
    const addresses = ip === undefined ? '' : `,"ip":${list(ip)}`;
    const names = hosts === undefined ? '' : `,"hosts":${list(hosts)}`;
    return `,"related":{${(users + addresses + names).slice(1)}}`;
  },
};
