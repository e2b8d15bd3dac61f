import { getField, type JsonObject, setField } from '@tidewatch/event';
import { asDetail } from '../audit.ts';
import { download } from '../download.ts';
import { parseQuery } from '../kql.ts';
import { pagesOf } from '../pages.ts';
import { resolveRange } from '../range.ts';
import { type Route, route } from '../route.ts';
import * as schemas from '../schemas/features.ts';
import { engineers } from '../security/scope.ts';
import { verdictsOn } from '../verdicts.ts';

/** What of every event is needed to tell it and its time. */
const always = ['event.id', '@timestamp', 'event.ingested'];

/** Events as models are trained on them. */
export const featureRoutes: readonly Route[] = [
  route({
    name: 'features.export',
    method: 'POST',
    url: '/api/features/export',
    summary: 'Fields of events that fit, oldest first, with analysts’ verdicts as labels; NDJSON, streamed',
    policy: { kind: 'session', roles: engineers, orAdminToken: true },
    audit: 'own',
    schemas: { body: schemas.featuresExport },
    produces: 'application/x-ndjson',
    handle: async ({ body, scope: own, now, reply }, { events, alerts, audit }) => {
      const { q, fields, purpose, ...times } = body;
      const scope = { ...own, reason: purpose };
      const search = { ...parseQuery(q), range: resolveRange(times, now) };
      const wanted = fields === undefined ? undefined : [...always, ...fields];
      async function* pages() {
        const labels = await verdictsOn(alerts, search.range.from, scope);
        const found = pagesOf((place: { readonly after?: string }) =>
          events.search({ ...search, sort: 'oldest', limit: 1_000, ...place }, scope),
        );
        for await (const items of found)
          yield items.map((event) => ({
            event: wanted === undefined ? event : only(event, wanted),
            label: labels.get(event.event.id) ?? null,
          }));
      }
      return download({ reply, audit }, pages(), {
        ...{ name: 'features', format: 'ndjson', columns: [], who: scope.principal, detail: asDetail(body) },
        last: (rows) => ({ rows }),
      });
    },
  }),
];

function only(event: JsonObject, paths: readonly string[]): JsonObject {
  const part: JsonObject = {};
  for (const path of paths) {
    const value = getField(event, path);
    if (value !== undefined) setField(part, path, value);
  }
  return part;
}
