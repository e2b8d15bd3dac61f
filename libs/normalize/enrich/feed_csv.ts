import type { DelimitedOptions } from './delimited.ts';
import { type IndicatorKind, indicatorKinds } from './enrichers.ts';
import { confidenceOf, factsFrom, isoTime, textOf, timeOf, tlpOf } from './facts.ts';
import type { Indicator } from './indicator.ts';
import { type RowOptions, rowReader } from './rows.ts';

/** What a feed's columns may say. */
export const feedColumns = [
  'value',
  'type',
  'expires',
  'id',
  'description',
  'provider',
  'confidence',
  'first_seen',
  'last_seen',
  'reference',
  'tlp',
] as const;
export type FeedColumns = Readonly<Partial<Record<(typeof feedColumns)[number], string>>>;

export interface FeedCsvOptions extends DelimitedOptions, RowOptions {
  /** Names of columns, or their numbers from 1; `value` at least. */
  readonly columns: FeedColumns;
  /** What all values are; undefined: what `type` says, else as they look. */
  readonly kind?: IndicatorKind | undefined;
}

/** Words that feeds write for kinds. */
const words: ReadonlyMap<string, IndicatorKind> = new Map<string, IndicatorKind>([
  ...indicatorKinds.map((kind) => [kind, kind] as const),
  ...[
    'ipv4',
    'ipv6',
    'ipv4-addr',
    'ipv6-addr',
    'ip-src',
    'ip-dst',
    'ip_address',
    'ip address',
    'address',
    'cidr',
    'network',
    'netblock',
  ].map((word) => [word, 'ip'] as const),
  ...['hostname', 'host', 'fqdn', 'domain-name', 'domain_name'].map((word) => [word, 'domain'] as const),
  ...['uri', 'link'].map((word) => [word, 'url'] as const),
  ...[
    'md5',
    'sha1',
    'sha-1',
    'sha256',
    'sha-256',
    'file',
    'filehash',
    'md5_hash',
    'sha1_hash',
    'sha256_hash',
  ].map((word) => [word, 'hash'] as const),
  ...['email-addr', 'email-src', 'email-dst', 'mail', 'e-mail', 'email address'].map(
    (word) => [word, 'email'] as const,
  ),
]);

/**
 * Reads a feed of one indicator a line, in pieces as they come.
 *
 * @param onUnfit called for each line that is none
 */
export function feedCsvReader(
  { columns, kind, ...options }: FeedCsvOptions,
  onIndicator: (indicator: Indicator) => void,
  onUnfit: () => void,
) {
  return rowReader(
    { ...options, needed: [columns.value ?? '1'] },
    (row) => {
      const said = (name: keyof FeedColumns): string | undefined => {
        const column = columns[name];
        return column === undefined ? undefined : textOf(row(column));
      };
      const value = row(columns.value ?? '1');
      const type = said('type');
      if (value === undefined || value === '') return onUnfit();
      onIndicator({
        kind: kind ?? (type === undefined ? undefined : words.get(type.toLowerCase())),
        value,
        expires: timeOf(said('expires')),
        said: timeOf(said('last_seen')) ?? timeOf(said('first_seen')),
        facts: factsFrom({
          id: said('id'),
          description: said('description'),
          provider: said('provider'),
          confidence: confidenceOf(said('confidence')),
          first_seen: isoTime(said('first_seen')),
          last_seen: isoTime(said('last_seen')),
          reference: said('reference'),
          tlp: tlpOf(said('tlp')),
        }),
      });
    },
    onUnfit,
  );
}
