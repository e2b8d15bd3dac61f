import { isHostileKey } from '@tidewatch/event';
import { feedColumns, indicatorKinds } from '@tidewatch/normalize/enrich';
import { z } from 'zod';
import { duration, size } from './size.ts';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, 'is a name of lower-case letters, digits, `-` and `_`');

/** What an event has that is not for a table to say. */
const own =
  /^(?:@timestamp|tidewatch|ecs|related|event\.(?:id|ingested|dataset|module|original|created))(?:\.|$)/;

const field = z
  .string()
  .max(256)
  .regex(/^[A-Za-z_][\w-]*(?:\.[\w-]+)*$/, 'is not a path of a field such as source.ip')
  .refine((path) => path.split('.').every((key) => !isHostileKey(key)), 'is not a name for a field')
  .refine((path) => !own.test(path), 'is Tidewatch’s own to say');

const place = {
  path: z
    .string()
    .exactOptional()
    .describe('File, or folder with all files below, relative to this file. It is watched.')
    .meta({ examples: ['feeds/botnets.csv'] }),
  url: z
    .url({ protocol: /^https?$/ })
    .exactOptional()
    .describe('Instead of `path`: where to ask for it. Redirects are not followed.')
    .meta({ examples: ['https://feeds.example.org/botnets.csv'] }),
  every: duration
    .prefault('1h')
    .refine((ms) => ms >= 10_000 && ms <= 14 * 86_400_000, 'is from "10s" to "14d"')
    .describe('How often a `url` is asked.')
    .meta({ examples: ['1h'] }),
  authorization_file: z
    .string()
    .exactOptional()
    .describe('File whose content is sent as the header `Authorization`.')
    .meta({ examples: ['/run/secrets/misp'] }),
  max_size: size
    .prefault('256 MiB')
    .describe('A larger file or answer is refused.')
    .meta({ examples: ['256 MiB'] }),
};

const onePlace = [
  ({ path, url }: { path?: string; url?: string }) => (path === undefined) !== (url === undefined),
  { message: 'needs either `path` or `url`' },
] as const;

const lines = {
  delimiter: z
    .string()
    .length(1)
    .default(',')
    .describe('What separates values of CSV.')
    .meta({ examples: [';'] }),
  header: z
    .boolean()
    .default(true)
    .describe('Whether the first line has the names of columns. Else they are numbered from 1.')
    .meta({ examples: [true] }),
  comment: z
    .string()
    .min(1)
    .default('#')
    .describe('Lines that begin so are passed over.')
    .meta({ examples: ['#'] }),
};

const column = z.string().min(1);

const feed = z
  .strictObject({
    name: name.describe('Its name: `threat.feed.name`.').meta({ examples: ['botnets'] }),
    format: z
      .enum(['csv', 'stix', 'misp'])
      .default('csv')
      .describe('CSV, a STIX 2.1 bundle, or a MISP export as JSON.'),
    ...place,
    ...lines,
    kind: z
      .enum(indicatorKinds)
      .exactOptional()
      .describe('What all values of a CSV are. Without it what the column `type` says, else as they look.')
      .meta({ examples: ['domain'] }),
    columns: z
      .partialRecord(z.enum(feedColumns), column)
      .default({ value: '1' })
      .refine(({ value }) => value !== undefined, 'needs the column of the `value`')
      .describe('Columns of a CSV, by name or number.')
      .meta({
        examples: [{ value: 'ioc', type: 'ioc_type', description: 'malware', last_seen: 'last_seen_utc' }],
      }),
    expires: duration
      .exactOptional()
      .describe(
        'How long an indicator counts that does not say it: from when it was last seen, else from when the source last changed. Without it: for ever.',
      )
      .meta({ examples: ['30d'] }),
  })
  .refine(...onePlace);

const table = z
  .strictObject({
    name: name.describe('Its name, by which parser files ask it.').meta({ examples: ['hosts'] }),
    format: z.enum(['csv', 'json']).default('csv').describe('CSV, or a JSON document with a list of rows.'),
    rows: z
      .string()
      .exactOptional()
      .describe('Where the list is in a JSON document, dotted. Without it the document is the list.')
      .meta({ examples: ['data.hosts'] }),
    ...place,
    ...lines,
    key: z
      .union([column, z.array(column).min(1)])
      .transform((given) => [given].flat())
      .describe('Column, or columns, that a row is found by.')
      .meta({ examples: ['hostname', ['ip', 'second_ip']] }),
    match: z
      .enum(['exact', 'network', 'domain'])
      .default('exact')
      .describe(
        'How keys are compared: equal but for case; as address or network (CIDR) that an address is in; as name that a name ends with.',
      ),
    join: z
      .union([field, z.array(field)])
      .default([])
      .transform((given) => [given].flat())
      .describe('Fields of every event whose values are looked up. Without it only parser files ask.')
      .meta({ examples: ['host.name', ['source.ip', 'destination.ip']] }),
    fields: z
      .record(field, column)
      .default({})
      .describe('What a row adds: column by field. What an event says itself stays.')
      .meta({ examples: [{ 'host.risk.static_level': 'criticality', 'labels.owner': 'owner' }] }),
    set: z
      .record(field, z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
      .default({})
      .describe('What every row adds: value by field.')
      .meta({ examples: [{ 'labels.known_good': 'scanners' }] }),
  })
  .refine(...onePlace)
  .refine(({ fields, set }) => Object.keys({ ...fields, ...set }).length > 0, {
    message: 'needs `fields` or `set`: otherwise it adds nothing',
  });

const named = <T extends { readonly name: string }>(all: readonly T[]) =>
  new Set(all.map((one) => one.name)).size === all.length;

const database = (what: string, example: string) =>
  z
    .string()
    .exactOptional()
    .describe(`MaxMind database (.mmdb) of ${what}. It is watched.`)
    .meta({ examples: [example] });

/** `enrichment:` of `tidewatch.yml`. */
export const enrichmentConfig = z
  .strictObject({
    geoip: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe('Whether public addresses get their country, and what else the databases have.')
          .meta({ examples: [true] }),
        country: database('countries, instead of the one that ships', 'geo/GeoLite2-Country.mmdb'),
        city: database('cities', 'geo/GeoLite2-City.mmdb'),
        asn: database('networks (autonomous systems)', 'geo/GeoLite2-ASN.mmdb'),
        max_size: size
          .prefault('1 GiB')
          .describe('A larger file is refused.')
          .meta({ examples: ['1 GiB'] }),
      })
      .prefault({})
      .describe('Where public addresses are: `source.geo`, `source.as` and the same of the other ends.'),
    threat_intel: z
      .array(feed)
      .refine(named, 'has two feeds of one name')
      .default([])
      .describe(
        'Feeds of indicators. What is one in an event goes to `threat.indicator` and `threat.enrichments`.',
      )
      .meta({ examples: [[{ name: 'botnets', path: 'feeds/botnets.csv', expires: '30d' }]] }),
    tables: z
      .array(table)
      .refine(named, 'has two tables of one name')
      .default([])
      .describe('Assets, identities, known-good lists: what a value of an event means, one row for each.')
      .meta({
        examples: [
          [
            {
              name: 'scanners',
              path: 'lists/scanners.txt',
              header: false,
              key: '1',
              match: 'network',
              join: 'source.ip',
              set: { 'labels.known_good': 'scanners' },
            },
          ],
        ],
      }),
  })
  .prefault({})
  .describe('What events get beside what they say. All of it is read again when it changes.');

export type EnrichmentConfig = z.output<typeof enrichmentConfig>;

/** The configuration with its paths made absolute. */
export function placeEnrichment(config: EnrichmentConfig, own: (path: string) => string): EnrichmentConfig {
  const placed = <T extends { readonly path?: string; readonly authorization_file?: string }>(
    source: T,
  ): T => ({
    ...source,
    ...(source.path !== undefined && { path: own(source.path) }),
    ...(source.authorization_file !== undefined && { authorization_file: own(source.authorization_file) }),
  });
  const { geoip, threat_intel: feeds, tables } = config;
  const { country, city, asn } = geoip;
  return {
    geoip: {
      ...geoip,
      ...(country !== undefined && { country: own(country) }),
      ...(city !== undefined && { city: own(city) }),
      ...(asn !== undefined && { asn: own(asn) }),
    },
    threat_intel: feeds.map(placed),
    tables: tables.map(placed),
  };
}
