import { isObject, type JsonObject } from '@tidewatch/event';
import { connectionError, type OpenSearchConnection } from './client.ts';
import { eventIndices } from './index_name.ts';

const name = 'tidewatch-events';
/** Grows with every change of the template. A newer one, of a newer Tidewatch beside this one, is left alone. */
export const templateVersion = 1;

/**
 * Mapping of events, made to take what comes: strings are keywords whatever they look like, and a number or address
 * that is none stays in the document, unindexed, instead of refusing it.
 */
export const eventTemplate: JsonObject = {
  index_patterns: [eventIndices],
  priority: 200,
  version: templateVersion,
  template: {
    settings: {
      index: {
        codec: 'best_compression',
        refresh_interval: '5s',
        number_of_shards: '1',
        auto_expand_replicas: '0-1',
        mapping: { total_fields: { limit: '2000' }, ignore_malformed: 'true' },
      },
    },
    mappings: {
      date_detection: false,
      dynamic_templates: [
        { addresses: { match_mapping_type: 'string', match: 'ip', mapping: { type: 'ip' } } },
        { strings: { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: 1024 } } },
      ],
      properties: {
        '@timestamp': { type: 'date', ignore_malformed: false },
        message: { type: 'text', norms: false },
        event: {
          properties: {
            created: { type: 'date' },
            ingested: { type: 'date' },
            original: { type: 'keyword', index: false, doc_values: false },
          },
        },
      },
    },
  },
};

/**
 * Installs the index template for events, unless this or a newer one is there. Idempotent; several processes may do it
 * at once.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN
 */
export async function installEventTemplate({ client, config }: OpenSearchConnection): Promise<void> {
  const path = `/_index_template/${name}`;
  try {
    const { body, statusCode } = await client.transport.request({ method: 'GET', path }, { ignore: [404] });
    if (statusCode !== 404 && installedVersion(body) >= templateVersion) return;
    await client.transport.request({ method: 'PUT', path, body: eventTemplate });
  } catch (error) {
    throw connectionError(error, config.nodes.join(', '), 'the index template');
  }
}

function installedVersion(body: unknown): number {
  const [first] = isObject(body) && Array.isArray(body.index_templates) ? body.index_templates : [];
  const template = isObject(first) ? first.index_template : undefined;
  return isObject(template) && typeof template.version === 'number' ? template.version : 0;
}
