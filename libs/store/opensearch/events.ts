import type { EcsEvent } from '@tidewatch/event';
import type { DataClasses } from '../classes.ts';
import type { EventStore, Prevalence, Scope } from '../contract.ts';
import type { OpenSearchConnection } from './client.ts';
import { createEventCounts } from './event_counts.ts';
import { createEventPartitions } from './event_partitions.ts';
import { indicesOf } from './event_query.ts';
import { searchEvents } from './event_search.ts';
import { readLayouts } from './index_layout.ts';
import { searchIndices } from './read.ts';

export interface EventReaderDeps {
  readonly connection: OpenSearchConnection;
  readonly classes: DataClasses;
  /** Epoch milliseconds (default `Date.now`). */
  readonly clock?: () => number;
}

const dayMs = 86_400_000;
/** Different hosts that are counted. */
const mostHosts = 100;
/**
 * Documents of a page that is handed on as texts: what V8's scavenges find of it alive soon stays until all is collected, so a
 * smaller one leaves a smaller heap while all pages are read.
 */
const mostDocuments = 256;

/** What there is beside writing; the contract is {@link EventStore}'s. */
export type EventReader = Omit<EventStore, 'write' | 'close'>;

/**
 * Events in OpenSearch, an index for each class and time partition.
 *
 * What was written is found from the index's next refresh on (5 s, see the template), since a refresh per write would cost
 * more than the write.
 */
export function createEventReader({ connection, classes, clock = Date.now }: EventReaderDeps): EventReader {
  const { count, topValues, histogram } = createEventCounts(connection, clock);
  return {
    search: (request, scope) => searchEvents(connection, request, scope, clock(), ({ event }) => event),
    documents: ({ limit, ...request }, scope) =>
      searchEvents(
        connection,
        { ...request, limit: Math.min(limit, mostDocuments) },
        scope,
        clock(),
        ({ json }) => json,
      ),
    count,
    histogram,
    topValues: ({ query, range, field, limit, order }, scope) =>
      topValues({ range, ...(query && { query }) }, field, limit, scope, order),
    async prevalence({ queries, range }, scope) {
      const found: Prevalence[] = [];
      // One search at a time: others ask the cluster, too.
      for (const query of queries) {
        const asked = { query, range };
        const buckets = await histogram({ ...asked, stepMs: dayMs }, scope);
        const hosts = await topValues(asked, 'host.name', mostHosts, scope);
        found.push({
          events: buckets.reduce((sum, { count }) => sum + count, 0),
          hosts: hosts.length,
          days: buckets.filter(({ count }) => count > 0).length,
        });
      }
      return found;
    },
    get: (id, scope) => getEvent(connection, id, scope),
    async fields(scope) {
      const indices = indicesOf(scope);
      if (indices === undefined) return [];
      const layouts = await readLayouts(connection, indices, ['*']);
      return [...new Set(layouts.flatMap(({ layout }) => [...layout.paths()]))].sort();
    },
    ...createEventPartitions(connection, classes),
  };
}

async function getEvent(
  connection: OpenSearchConnection,
  id: string,
  scope: Scope,
): Promise<EcsEvent | undefined> {
  const indices = indicesOf(scope);
  if (indices === undefined) return undefined;
  const sort = [{ '@timestamp': { order: 'desc', unmapped_type: 'date' } }];
  const body = { query: { ids: { values: [id] } }, size: 1, sort, track_total_hits: false };
  const { hits } = await searchIndices<EcsEvent>(connection, indices, body, 'an event');
  return hits.hits[0]?._source;
}
