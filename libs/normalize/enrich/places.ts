import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { IndicatorKind } from './enrichers.ts';

/** A field to read values from. */
export interface Place {
  readonly path: string;
  readonly keys: readonly string[];
}

export const placeOf = (path: string): Place => ({ path, keys: path.split('.') });

/** Values of one field that are looked up; an event with more is one of a kind that has too many. */
const maxValues = 64;

/** The texts of a field, also in a list, and of an object its members': `file.hash`. */
export function textsAt(fields: JsonObject, { keys }: Place): readonly string[] {
  let value: Json | undefined = fields;
  for (const key of keys) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (value === undefined) return none;
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return none;
  return Object.values(value)
    .slice(0, maxValues)
    .filter((one): one is string => typeof one === 'string');
}

const none: readonly string[] = [];

/** Ends of connections, whose place and network are told. Where one's own hosts stand, their addresses don't say. */
export const ends = ['source', 'destination', 'client', 'server'] as const;

/** Where values stand that feeds may warn of: first those that say most. */
export const warnedPlaces: readonly (readonly [kind: IndicatorKind, places: readonly Place[]])[] = (
  [
    [
      'ip',
      'source.ip destination.ip client.ip server.ip host.ip source.nat.ip destination.nat.ip network.forwarded_ip dns.resolved_ip related.ip',
    ],
    [
      'domain',
      'destination.domain source.domain client.domain server.domain url.domain dns.question.name tls.client.server_name',
    ],
    ['url', 'url.full url.original http.request.referrer'],
    ['hash', 'file.hash process.hash dll.hash process.parent.hash related.hash'],
    [
      'email',
      'email.from.address email.sender.address email.reply_to.address email.to.address user.email source.user.email',
    ],
  ] as const
).map(([kind, paths]) => [kind, paths.split(' ').map(placeOf)] as const);
