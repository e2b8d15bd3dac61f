import { isObject, type Json, type JsonObject } from '@tidewatch/event';

/** Gathers what an event is about into `related.*`, beside what its source put there. */
export function relate(event: JsonObject): JsonObject | undefined {
  const user = group(event, 'user');
  const source = group(event, 'source');
  const destination = group(event, 'destination');
  const host = group(event, 'host');
  const process = group(event, 'process');
  const related: JsonObject = { ...group(event, 'related') };
  add(related, 'user', user?.name, group(user, 'effective')?.name, group(user, 'target')?.name);
  add(related, 'ip', source?.ip, destination?.ip, group(event, 'client')?.ip, group(event, 'server')?.ip);
  add(related, 'ip', ...(Array.isArray(host?.ip) ? host.ip : [host?.ip]));
  add(related, 'hosts', host?.name, source?.domain, destination?.domain);
  add(related, 'hosts', group(event, 'url')?.domain, group(group(event, 'dns'), 'question')?.name);
  for (const part of [process, group(event, 'file'), group(event, 'dll')]) {
    const hash = group(part, 'hash');
    if (hash !== undefined) add(related, 'hash', ...Object.values(hash));
  }
  return Object.keys(related).length === 0 ? undefined : related;
}

function group(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key];
  return isObject(value) ? value : undefined;
}

function add(related: JsonObject, key: string, ...values: (Json | undefined)[]): void {
  for (const value of values) {
    if (typeof value !== 'string' || value === '') continue;
    const known = related[key];
    if (!Array.isArray(known)) related[key] = typeof known === 'string' ? [known, value] : [value];
    else if (!known.includes(value)) known.push(value);
  }
}
