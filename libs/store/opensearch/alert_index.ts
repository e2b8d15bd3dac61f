import type { JsonObject } from '@tidewatch/event';
import { request } from './request.ts';
import { type IndexTemplate, installTemplate } from './setup/index_template.ts';
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
  return [...(await install(setup, alertTemplate)), ...(await install(setup, changeTemplate))];
}

async function install(setup: Setup, template: IndexTemplate): Promise<SetupStep[]> {
  const { connection, dryRun } = setup;
  const step = await installTemplate(setup, template);
  const [what, path] = [`index ${template.name}`, `/${template.name}`];
  const head = await request(connection, { method: 'HEAD', path }, what, [404]);
  if (head.status !== 404) return [step, await updateMapping(setup, template)];
  // 400: another process has just made it.
  if (!dryRun) await request(connection, { method: 'PUT', path }, what, [400]);
  return [step, { what, state: 'created' }];
}

type Metas = Readonly<
  Record<string, { readonly mappings: { readonly _meta?: { readonly template_version?: number } } }>
>;

/** Adds to an index what a newer template has; it stays for ever, so that no next one would have it. */
async function updateMapping(
  { connection, dryRun }: Setup,
  { name, body }: IndexTemplate,
): Promise<SetupStep> {
  const [what, path] = [`index ${name}`, `/${name}/_mapping`];
  const { body: metas } = await request<Metas>(connection, { method: 'GET', path }, what);
  const version = Object.values(metas)[0]?.mappings._meta?.template_version ?? 0;
  if (version >= body.version) return { what, state: 'there' };
  const changed = { what, state: 'changed', says: 'It got the new fields.' } as const;
  if (dryRun) return changed;
  const params = { method: 'PUT', path, body: body.template.mappings as JsonObject };
  const answer = await request<{ readonly error?: { readonly reason?: string } }>(
    connection,
    params,
    what,
    [400],
  );
  if (answer.status === 200) return changed;
  return { what, state: 'refused', says: `It keeps its fields: ${answer.body.error?.reason}` };
}
