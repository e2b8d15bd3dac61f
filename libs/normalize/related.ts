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
  const found = new Map<RelatedKind, Set<Json>>();
  for (const { keys, kind } of places) {
    let value: Json | undefined = event;
    for (const key of keys) value = isObject(value) ? value[key] : undefined;
    if (value === undefined) continue;
    const values = found.get(kind) ?? new Set(own(related[kind]));
    found.set(kind, values);
    gather(value, values);
  }
  for (const [kind, values] of found) if (values.size > 0) related[kind] = [...values];
  return Object.keys(related).length === 0 ? undefined : related;
}

const own = (known: Json | undefined): readonly Json[] =>
  Array.isArray(known) ? known : typeof known === 'string' ? [known] : [];

function gather(value: Json, values: Set<Json>): void {
  if (typeof value === 'object') for (const member of Object.values(value ?? [])) gather(member, values);
  else if (typeof value === 'string' && value !== '') values.add(value);
}
