import { isObject, type Json, type JsonObject } from '@tidewatch/event';

/** The fields of `related.*`. */
export type RelatedKind = 'user' | 'ip' | 'hosts' | 'hash';

/** What an event is about: every text in these fields. */
export const relatedFields: readonly (readonly [path: string, kind: RelatedKind])[] = [
  ['user.name', 'user'],
  ['user.effective.name', 'user'],
  ['user.target.name', 'user'],
  ['source.ip', 'ip'],
  ['destination.ip', 'ip'],
  ['client.ip', 'ip'],
  ['server.ip', 'ip'],
  ['host.ip', 'ip'],
  ['host.name', 'hosts'],
  ['source.domain', 'hosts'],
  ['destination.domain', 'hosts'],
  ['url.domain', 'hosts'],
  ['dns.question.name', 'hosts'],
  ['process.hash', 'hash'],
  ['file.hash', 'hash'],
  ['dll.hash', 'hash'],
];

const places = relatedFields.map(([path, kind]) => ({ keys: path.split('.'), kind }));

/** Gathers what an event is about into `related.*`, beside what its source put there. */
export function relate(event: JsonObject): JsonObject | undefined {
  const related: JsonObject = isObject(event.related) ? { ...event.related } : {};
  for (const { keys, kind } of places) {
    let value: Json | undefined = event;
    for (const key of keys) value = isObject(value) ? value[key] : undefined;
    if (value !== undefined) add(related, kind, value);
  }
  return Object.keys(related).length === 0 ? undefined : related;
}

function add(related: JsonObject, kind: RelatedKind, value: Json): void {
  if (typeof value === 'object') {
    for (const member of Object.values(value ?? [])) add(related, kind, member);
    return;
  }
  if (typeof value !== 'string' || value === '') return;
  const known = related[kind];
  if (!Array.isArray(known)) related[kind] = typeof known === 'string' ? [known, value] : [value];
  else if (!known.includes(value)) known.push(value);
}
