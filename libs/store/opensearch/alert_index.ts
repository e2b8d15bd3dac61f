import type { JsonObject } from '@tidewatch/event';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';
import { eventFieldMappings, wordAnalysis, wordsField } from './template.ts';

/** All alerts: an alert's id says nothing of its time, so that its index could not follow from it. */
export const alertIndex = 'tidewatch-alerts';
/** What people changed in the last minutes, to be undone. */
export const alertChangeIndex = 'tidewatch-alert-changes';

/** Grows with every change of the templates. A newer one, of a newer Tidewatch beside this one, is left alone. */
const templateVersion = 1;

const keyword: JsonObject = { type: 'keyword', ignore_above: 8_191, copy_to: wordsField };
const date: JsonObject = { type: 'date', format: 'epoch_millis' };
const unindexed: JsonObject = { type: 'keyword', index: false, doc_values: false };

const settings = (more: JsonObject): JsonObject => ({
  index: { number_of_shards: '1', auto_expand_replicas: '0-1', ...more },
});

/**
 * Fields of the first event are mapped as those of events, so that one query means the same in both; the alert's own stand
 * over them. The alert itself is text that nobody looks into: no shape of an event can make OpenSearch refuse it.
 */
const alertTemplate: JsonObject = {
  index_patterns: [alertIndex],
  priority: 200,
  version: templateVersion,
  template: {
    settings: settings({
      codec: 'best_compression',
      refresh_interval: '1s',
      mapping: { total_fields: { limit: '2000' }, ignore_malformed: 'true', coerce: 'false' },
      analysis: wordAnalysis,
    }),
    mappings: {
      ...eventFieldMappings,
      properties: {
        ...eventFieldMappings.properties,
        ...Object.fromEntries(
          ['id', 'title', 'engine', 'status', 'reason', 'assignee', 'summary', 'tags'].map((field) => [
            field,
            keyword,
          ]),
        ),
        count: { type: 'long', copy_to: wordsField },
        rule: { properties: { id: keyword, level: keyword } },
        host: { properties: { name: keyword } },
        user: { properties: { name: keyword } },
        tidewatch_alert: {
          properties: {
            alert: unindexed,
            finality: { type: 'keyword' },
            data_class: { type: 'keyword' },
            level_rank: { type: 'byte' },
            last: date,
            bucket_end: date,
            created: date,
          },
        },
      },
    },
  },
};

const changeTemplate: JsonObject = {
  index_patterns: [alertChangeIndex],
  priority: 200,
  version: templateVersion,
  template: {
    settings: settings({ refresh_interval: '30s' }),
    mappings: { dynamic: false, properties: { changed: date, entries: unindexed } },
  },
};

/**
 * Sees to it that the indices of alerts are there. Idempotent; several processes may do it at once.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN
 */
export async function installAlertIndices(connection: OpenSearchConnection): Promise<void> {
  await install(connection, alertIndex, alertTemplate);
  await install(connection, alertChangeIndex, changeTemplate);
}

interface InstalledTemplates {
  readonly index_templates?: readonly { readonly index_template: { readonly version?: number } }[];
}

async function install(connection: OpenSearchConnection, index: string, template: JsonObject): Promise<void> {
  const path = `/_index_template/${index}`;
  const what = 'the index template of alerts';
  const { body } = await request<InstalledTemplates>(connection, { method: 'GET', path }, what, [404]);
  const installed = body.index_templates?.[0]?.index_template.version ?? 0;
  if (installed < templateVersion) await request(connection, { method: 'PUT', path, body: template }, what);
  const head = await request(connection, { method: 'HEAD', path: `/${index}` }, 'the index of alerts', [404]);
  if (head.status === 404)
    // 400: another process has just made it.
    await request(connection, { method: 'PUT', path: `/${index}` }, 'the index of alerts', [400]);
}
