import type { JsonObject } from '@tidewatch/event';
import type { IndexTemplate } from './setup/index_template.ts';
import { installIndex } from './setup/lasting_index.ts';
import type { Setup, SetupStep } from './setup/step.ts';
import { eventFieldMappings, wordAnalysis, wordsField } from './template.ts';

/** All alerts: an alert's id says nothing of its time, so that its index could not follow from it. */
export const alertIndex = 'tidewatch-alerts';
/** What people changed in the last minutes, to be undone; changes of many alerts; up to when alerts are confirmed. */
export const alertChangeIndex = 'tidewatch-alert-changes';

/** Grows with every change of the templates. A newer one, of a newer Tidewatch beside this one, is left alone. */
const templateVersion = 2;
const _meta: JsonObject = { template_version: templateVersion };

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
export const alertTemplate: IndexTemplate = {
  name: alertIndex,
  body: {
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
        _meta,
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
              matches: unindexed,
              writes: unindexed,
              version: { type: 'long', index: false },
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
  },
};

const changeTemplate: IndexTemplate = {
  name: alertChangeIndex,
  body: {
    index_patterns: [alertChangeIndex],
    priority: 200,
    version: templateVersion,
    template: {
      settings: settings({ refresh_interval: '30s' }),
      mappings: {
        _meta,
        dynamic: false,
        properties: {
          changed: date,
          entries: unindexed,
          kind: { type: 'keyword' },
          created: date,
          job: unindexed,
          part: unindexed,
        },
      },
    },
  },
};

/**
 * Sees to it that the indices of alerts are there. Idempotent; several processes may do it at once.
 *
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN
 */
export async function installAlertIndices(setup: Setup): Promise<SetupStep[]> {
  return [...(await installIndex(setup, alertTemplate)), ...(await installIndex(setup, changeTemplate))];
}
