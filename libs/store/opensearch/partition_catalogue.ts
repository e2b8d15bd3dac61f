import type { OpenSearchConnection } from './client.ts';
import { searchIndices } from './read.ts';
import { request } from './request.ts';
import type { IndexTemplate } from './setup/index_template.ts';

const catalogueIndex = 'tidewatch-partitions';
const what = 'the catalogue of partitions';
const templateVersion = 1;

export const catalogueTemplate: IndexTemplate = {
  name: catalogueIndex,
  body: {
    index_patterns: [catalogueIndex],
    priority: 200,
    version: templateVersion,
    template: {
      settings: { index: { number_of_shards: '1', auto_expand_replicas: '0-1' } },
      mappings: {
        _meta: { template_version: templateVersion },
        dynamic: false,
        properties: { events: { type: 'long', index: false } },
      },
    },
  },
};

/**
 * The indices of events that were there when somebody last looked, and how many events each held: what tells that one has
 * gone which Tidewatch did not delete. It stands in the cluster, so that all processes know the same.
 */
export function createPartitionCatalogue(connection: OpenSearchConnection, maxIndices: number) {
  const document = (index: string): string => `/${catalogueIndex}/_doc/${index}`;
  return {
    async known(): Promise<ReadonlyMap<string, number>> {
      await request(connection, { method: 'POST', path: `/${catalogueIndex}/_refresh` }, what, [404]);
      const body = { size: maxIndices, track_total_hits: false };
      const { hits } = await searchIndices<{ events: number }>(connection, catalogueIndex, body, what);
      return new Map(hits.hits.map(({ _id, _source }) => [_id, _source.events]));
    },

    async note(partitions: ReadonlyMap<string, number>): Promise<void> {
      if (partitions.size === 0) return;
      const lines = [...partitions].flatMap(([index, events]) => [
        JSON.stringify({ index: { _index: catalogueIndex, _id: index } }),
        JSON.stringify({ events }),
      ]);
      await request(connection, { method: 'POST', path: '/_bulk', bulkBody: `${lines.join('\n')}\n` }, what);
    },

    /** Answers true to the one who made it be forgotten. */
    async forget(index: string): Promise<boolean> {
      const { status } = await request(connection, { method: 'DELETE', path: document(index) }, what, [404]);
      return status !== 404;
    },
  };
}
