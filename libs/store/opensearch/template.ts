import type { JsonObject } from '@tidewatch/event';
import { dslWordLength, dslWordPattern } from '@tidewatch/query';
import type { OpenSearchConfig } from './config.ts';
import { eventIndices } from './index_name.ts';
import type { IndexTemplate } from './setup/index_template.ts';

/** Grows with every change of the template. A newer one, of a newer Tidewatch beside this one, is left alone. */
export const templateVersion = 4;

/** Of one index. What comes beyond is kept, and no longer indexed (see `unmapped.ts`). */
export const mostFields = 2_000;

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
/** A text that is compared as a whole, and found among all words. */
export const searchedKeyword = searched(spelled);
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
  ['string', searchedKeyword],
  ['long', searched({ type: 'long' })],
  ['double', searched({ type: 'double' })],
  // What a boolean can't hold is not named in `_ignored`.
  ['boolean', searchedKeyword],
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

/** The name by which others ask for all events, whatever their class. */
export const eventAlias = 'tidewatch-events';

/**
 * Mapping of events, made to take what comes: fields of ECS have its types, other strings are keywords whatever they look like,
 * and a number, address or time that is none stays in the document, unindexed, instead of refusing it.
 */
export const eventTemplate = ({ index }: Pick<OpenSearchConfig, 'index'>): IndexTemplate => ({
  name: 'tidewatch-events',
  body: {
    index_patterns: [eventIndices],
    priority: 200,
    version: templateVersion,
    template: {
      aliases: { [eventAlias]: {} },
      settings: {
        index: {
          ...index,
          number_of_shards: '1',
          auto_expand_replicas: '0-1',
          mapping: {
            total_fields: { limit: String(mostFields) },
            // Deeper than JSON that is taken at all.
            depth: { limit: '40' },
            ignore_malformed: 'true',
            coerce: 'false',
          },
          analysis: wordAnalysis,
        },
      },
      mappings: { _meta: { template_version: templateVersion }, ...eventFieldMappings },
    },
  },
});
