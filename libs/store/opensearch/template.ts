import { isObject, type JsonObject } from '@tidewatch/event';
import { dslWordLength, dslWordPattern } from '@tidewatch/query';
import { connectionError, type OpenSearchConnection } from './client.ts';
import { eventIndices } from './index_name.ts';

const name = 'tidewatch-events';
/** Grows with every change of the template. A newer one, of a newer Tidewatch beside this one, is left alone. */
export const templateVersion = 3;

/** Holds the words of every value but those of `message` and `event.original`, for searches without a field. */
export const wordsField = 'tidewatch.words';

/** Index settings that the mapping of events needs: words as the query language tells them apart. */
export const wordAnalysis: JsonObject = {
  analyzer: { tidewatch_words: { tokenizer: 'tidewatch_words', filter: ['lowercase', 'tidewatch_cut'] } },
  tokenizer: { tidewatch_words: { type: 'pattern', pattern: dslWordPattern, group: 0 } },
  filter: { tidewatch_cut: { type: 'truncate', length: dslWordLength } },
};

const searched = (mapping: JsonObject): JsonObject => ({ ...mapping, copy_to: wordsField });
/** The longest keyword that Lucene takes is 32,766 bytes; a character takes up to four. */
const spelled: JsonObject = { type: 'keyword', ignore_above: 8_191 };
const keyword = searched(spelled);
const date = searched({ type: 'date', format: 'strict_date_optional_time' });
/** Patterns, words and the counts of values go by the spelling, which an `ip` forgets. */
const address = searched({ type: 'ip', fields: { text: spelled } });
const words: JsonObject = { type: 'text', norms: false, analyzer: 'tidewatch_words' };

/** Fields of ECS whose type does not show in their values, by path. */
const byPath: readonly { readonly mapping: JsonObject; readonly paths: string }[] = [
  {
    mapping: date,
    paths:
      'event.start event.end process*.start process*.end file.created threat*.created *.accessed *.ctime *.mtime *.creation_date *.code_signature.timestamp *.not_after *.not_before package.installed email.delivery_timestamp email.origination_timestamp *.last_seen_timestamp *.lifecycle.last_activity threat*.first_seen threat*.last_seen threat*.modified_at threat.enrichments.matched.occurred',
  },
  {
    mapping: searched({ type: 'double' }),
    paths:
      'event.risk_score* *.risk.calculated_score* *.risk.static_score* vulnerability.score.base vulnerability.score.environmental vulnerability.score.temporal *.cpu.usage *.memory.usage gen_ai.request.*_penalty gen_ai.request.temperature gen_ai.request.top_*',
  },
  { mapping: address, paths: 'dns.resolved_ip network.forwarded_ip' },
  { mapping: { type: 'geo_point' }, paths: '*.geo.location' },
];

const byValue: readonly (readonly [value: string, mapping: JsonObject])[] = [
  ['string', keyword],
  ['long', searched({ type: 'long' })],
  ['double', searched({ type: 'double' })],
  // What a boolean can't hold is not named in `_ignored`.
  ['boolean', keyword],
];

/**
 * Mappings of an event's fields, for every index that is asked as events are.
 *
 * Keywords keep their case, since their values are shown and counted; queries fold. What a number, address or time cannot
 * hold stays unindexed and is named in `_ignored`, by which queries find it again; nothing is made to fit (`coerce`).
 */
export const eventFieldMappings = {
  date_detection: false,
  dynamic_templates: [
    ...byPath.flatMap(({ mapping, paths }) =>
      // Several patterns in one template are beyond OpenSearch.
      paths.split(' ').map((path) => ({ [path]: { path_match: path, mapping } })),
    ),
    { addresses: { match_mapping_type: 'string', match: 'ip', mapping: address } },
    ...byValue.map(([value, mapping]) => ({ [value]: { match_mapping_type: value, mapping } })),
  ],
  properties: {
    '@timestamp': { ...date, ignore_malformed: false },
    message: words,
    event: { properties: { created: date, ingested: date, original: words } },
    tidewatch: { properties: { words } },
  },
} satisfies JsonObject;

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
        mapping: { total_fields: { limit: '2000' }, ignore_malformed: 'true', coerce: 'false' },
        analysis: wordAnalysis,
      },
    },
    mappings: eventFieldMappings,
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
