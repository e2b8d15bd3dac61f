import { isObject, type Json, type JsonObject } from '@tidewatch/event';

/** The fields of `related.*`. */
export type RelatedKind = 'user' | 'ip' | 'hosts' | 'hash';

/** What an event is about: every text in these fields. */
export const relatedFields: readonly (readonly [path: string, kind: RelatedKind])[] = [
  ['user.name', 'user'],
  ['user.effective.name', 'user'],
  ['user.target.name', 'user'],
  ['user.changes.name', 'user'],
  ['source.user.name', 'user'],
  ['destination.user.name', 'user'],
  ['source.ip', 'ip'],
  ['destination.ip', 'ip'],
  ['client.ip', 'ip'],
  ['server.ip', 'ip'],
  ['host.ip', 'ip'],
  ['source.nat.ip', 'ip'],
  ['destination.nat.ip', 'ip'],
  ['network.forwarded_ip', 'ip'],
  ['dns.resolved_ip', 'ip'],
  ['observer.ip', 'ip'],
  ['host.name', 'hosts'],
  ['source.domain', 'hosts'],
  ['destination.domain', 'hosts'],
  ['client.domain', 'hosts'],
  ['server.domain', 'hosts'],
  ['url.domain', 'hosts'],
  ['dns.question.name', 'hosts'],
  ['tls.client.server_name', 'hosts'],
  ['observer.hostname', 'hosts'],
  ['process.hash', 'hash'],
  ['file.hash', 'hash'],
  ['dll.hash', 'hash'],
  ['tls.server.hash', 'hash'],
  ['tls.client.hash', 'hash'],
];

const places = relatedFields.map(([path, kind]) => {
  const [first = '', ...keys] = path.split('.');
  return { first, keys, kind };
});

/** Gathers what an event is about into `related.*`, beside what its source put there. */
export function relate(event: JsonObject): JsonObject | undefined {
  const related: JsonObject = isObject(event.related) ? { ...event.related } : {};
  for (const [kind, values] of valuesIn(event))
    related[kind] = [...new Set([...own(related[kind]), ...values])];
  return Object.keys(related).length === 0 ? undefined : related;
}

function valuesIn(event: JsonObject): ReadonlyMap<RelatedKind, string[]> {
  const found = new Map<RelatedKind, string[]>();
  for (const { first, keys, kind } of places) {
    let value = event[first];
    for (let i = 0; i < keys.length && value !== undefined; i++)
      value = isObject(value) ? value[keys[i] as string] : undefined;
    if (value === undefined) continue;
    const values = found.get(kind) ?? [];
    gather(value, values);
    if (values.length > 0) found.set(kind, values);
  }
  return found;
}

const own = (known: Json | undefined): readonly Json[] =>
  Array.isArray(known) ? known : typeof known === 'string' ? [known] : [];

function gather(value: Json, values: string[]): void {
  if (typeof value === 'object') for (const member of Object.values(value ?? [])) gather(member, values);
  else if (typeof value === 'string' && value !== '') values.push(value);
}
