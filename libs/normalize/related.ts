import { isObject, type Json, type JsonObject } from '@tidewatch/event';

/** Gathers what an event is about into `related.*`, beside what its source put there. */
export function relate(event: JsonObject): JsonObject | undefined {
  const user = group(event, 'user');
  const source = group(event, 'source');
  const destination = group(event, 'destination');
  const host = group(event, 'host');
  const process = group(event, 'process');
  const related: JsonObject = { ...group(event, 'related') };
  add(related, 'user', user?.name);
  add(related, 'user', group(user, 'effective')?.name);
  add(related, 'user', group(user, 'target')?.name);
  for (const end of [source, destination, group(event, 'client'), group(event, 'server')])
    add(related, 'ip', end?.ip);
  if (Array.isArray(host?.ip)) for (const ip of host.ip) add(related, 'ip', ip);
  else add(related, 'ip', host?.ip);
  add(related, 'hosts', host?.name);
  add(related, 'hosts', source?.domain);
  add(related, 'hosts', destination?.domain);
  add(related, 'hosts', group(event, 'url')?.domain);
  add(related, 'hosts', group(group(event, 'dns'), 'question')?.name);
  for (const part of [process, group(event, 'file'), group(event, 'dll')]) {
    const hash = group(part, 'hash');
    if (hash !== undefined) for (const value of Object.values(hash)) add(related, 'hash', value);
  }
  return Object.keys(related).length === 0 ? undefined : related;
}

function group(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key];
  return isObject(value) ? value : undefined;
}

function add(related: JsonObject, key: string, value: Json | undefined): void {
  if (typeof value !== 'string' || value === '') return;
  const known = related[key];
  if (!Array.isArray(known)) related[key] = typeof known === 'string' ? [known, value] : [value];
  else if (!known.includes(value)) known.push(value);
}
