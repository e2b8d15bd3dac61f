import { isObject, type JsonObject } from '@tidewatch/event';
import { connectionError, type OpenSearchConnection } from './client.ts';
import { eventIndices } from './index_name.ts';

const name = 'tidewatch-events';
/** Grows with every change of the template. A newer one, of a newer Tidewatch beside this one, is left alone. */
export const templateVersion = 2;

/** The longest keyword that Lucene takes is 32,766 bytes; a character takes up to four. */
const longKeyword: JsonObject = { type: 'keyword', ignore_above: 8_191 };

/** Fields of ECS whose type does not show in their values, by path; keywords beyond the 1,024 characters of others. */
const byPath: readonly { readonly mapping: JsonObject; readonly paths: string }[] = [
  {
    mapping: { type: 'date' },
    paths:
      'event.start event.end process*.start process*.end file.created threat*.created *.accessed *.ctime *.mtime *.creation_date *.code_signature.timestamp *.not_after *.not_before package.installed email.delivery_timestamp email.origination_timestamp *.last_seen_timestamp *.lifecycle.last_activity threat*.first_seen threat*.last_seen threat*.modified_at threat.enrichments.matched.occurred',
  },
  {
    mapping: { type: 'double' },
    paths:
      'event.risk_score* *.risk.calculated_score* *.risk.static_score* vulnerability.score.base vulnerability.score.environmental vulnerability.score.temporal *.cpu.usage *.memory.usage gen_ai.request.*_penalty gen_ai.request.temperature gen_ai.request.top_*',
  },
  { mapping: { type: 'ip' }, paths: 'dns.resolved_ip network.forwarded_ip' },
  { mapping: { type: 'geo_point' }, paths: '*.geo.location' },
  {
    mapping: longKeyword,
    paths:
      '*.command_line url.full url.original url.path threat*.url.full threat*.url.original threat*.url.path http.*.body.content email.message_id *.stack_trace *.data.strings',
  },
];

/**
 * Mapping of events, made to take what comes: fields of ECS have its types, other strings are keywords whatever they look like,
 * and a number, address or time that is none stays in the document, unindexed, instead of refusing it.
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
        ...byPath.flatMap(({ mapping, paths }) =>
          // Several patterns in one template are beyond OpenSearch.
          paths.split(' ').map((path) => ({ [path]: { path_match: path, mapping } })),
        ),
        { addresses: { match_mapping_type: 'string', match: 'ip', mapping: { type: 'ip' } } },
        { strings: { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: 1024 } } },
      ],
      properties: {
        '@timestamp': { type: 'date', ignore_malformed: false },
        message: { type: 'text', norms: false },
        error: { properties: { message: { type: 'text', norms: false } } },
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
