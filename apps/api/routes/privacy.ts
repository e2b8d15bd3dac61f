import { isObject, type JsonObject } from '@tidewatch/event';
import { addFilter } from '@tidewatch/query';
import { parseQuery } from '../kql.ts';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/privacy.ts';
import { isNarrow } from '../security/scope.ts';

const rangeMs = 7 * 86_400_000;
const mostEvents = 1_000;

export const privacyRoutes: readonly Route[] = [
  route({
    name: 'privacy.fields',
    method: 'GET',
    url: '/api/privacy/fields',
    summary: 'Which fields the events of a source have, without any of their values',
    policy: { kind: 'session', roles: ['engineer', 'privacy_officer', 'admin'] },
    audit: 'read',
    schemas: { query: schemas.fieldsQuery, answer: schemas.fieldInventory },
    handle: async ({ query: { source }, scope: own, caller, now }, { events }) => {
      // The privacy officer reads no event, but has to know what is kept.
      const scope =
        'user' in caller && isNarrow(caller.user) ? own : ({ ...own, dataClasses: 'all' } as const);
      const { items } = await events.search(
        {
          ...parseQuery(addFilter('', 'tidewatch.source', source, 'only')),
          range: { from: now - rangeMs, to: now },
          sort: 'newest',
          limit: mostEvents,
        },
        scope,
      );
      const found = new Map<string, number>();
      for (const event of items)
        for (const path of new Set(paths(event as unknown as JsonObject)))
          found.set(path, (found.get(path) ?? 0) + 1);
      const fields = [...found].map(([field, count]) => ({ field, events: count }));
      return {
        source,
        events: items.length,
        fields: fields.sort((a, b) => (a.field < b.field ? -1 : 1)),
      };
    },
  }),
];

/** Paths of everything that is no object itself; those of a list's members once. */
function paths(object: JsonObject, before = ''): string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const path = `${before}${name}`;
    const members = (Array.isArray(value) ? value : [value]).filter(isObject);
    return members.length === 0 ? [path] : members.flatMap((member) => paths(member, `${path}.`));
  });
}
