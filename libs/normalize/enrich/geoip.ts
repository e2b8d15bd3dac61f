import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Json, JsonObject } from '@tidewatch/event';
import type { Response } from 'maxmind';
import { isPublic, networkText, parseAddress } from './address.ts';
import type { GeoAnswer } from './enrichers.ts';
import { asOf, geoOf } from './geo_fields.ts';

/** The database of countries that ships: a package of the project ip-location-db, CC0, 8 MB in memory. */
export const shippedCountries = (): string =>
  createRequire(import.meta.url).resolve(
    '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
  );

/** One MaxMind database file, read as a whole. */
export interface GeoDatabase {
  readonly entries: number;
  readonly bytes: number;
  /** When it was built, epoch milliseconds. */
  readonly built: number;
  /** What it has of a public address; throws where the file is damaged there. */
  get(ip: string): Json | undefined;
}

/** Addresses all over the Internet, by which a database is tried: of damage most show it. */
const probes = [
  ...Array.from({ length: 222 }, (_, i) => `${i + 1}.7.7.7`),
  ...Array.from({ length: 64 }, (_, i) => `${(0x2000 + 128 * i).toString(16)}:db8::1`),
];

/**
 * Reads a database.
 *
 * @param maxBytes of the file
 * @throws an error for people where it is none, or damaged
 */
export async function readGeoDatabase(path: string, maxBytes: number): Promise<GeoDatabase> {
  const [{ Reader }, { size }] = await Promise.all([import('./mmdb.ts'), stat(path)]);
  if (size > maxBytes) throw new RangeError(`has ${size} bytes, more than ${maxBytes}`);
  const bytes = await readFile(path);
  let reader: InstanceType<typeof Reader<Response>>;
  try {
    reader = new Reader<Response>(bytes);
  } catch (error) {
    throw new TypeError(`is no MaxMind database: ${(error as Error).message}`);
  }
  const { nodeCount, recordSize, treeDepth, buildEpoch } = reader.metadata;
  if (![24, 28, 32].includes(recordSize) || !(nodeCount > 0) || (nodeCount * recordSize) / 4 > bytes.length)
    throw new TypeError('is cut off, or damaged: its tree is longer than the file');
  const get = (ip: string): Json | undefined =>
    ip.includes(':') && treeDepth === 32 ? undefined : ((reader.get(ip) ?? undefined) as Json | undefined);
  try {
    for (const probe of probes) get(probe);
  } catch (error) {
    throw new TypeError(`is damaged: ${(error as Error).message}`);
  }
  return { entries: nodeCount, bytes: bytes.length, built: buildEpoch.getTime(), get };
}

export const geoParts = ['country', 'city', 'asn'] as const;
export type GeoPart = (typeof geoParts)[number];

/** What is known of an address, from the databases that are there. */
export interface GeoIp extends Record<GeoPart, GeoDatabase | undefined> {}

/**
 * Looks an address up. A city's database says more than a country's, where it has the address.
 *
 * @param onDamage told where a database fails
 */
export function lookUpGeo(
  databases: Readonly<GeoIp>,
  ip: string,
  onDamage: (part: GeoPart, error: Error) => void,
): GeoAnswer | undefined {
  const address = parseAddress(ip);
  if (address === undefined || !isPublic(address)) return undefined;
  // IPv4 in IPv6 is not where databases have it.
  const asked = address.length === 1 && ip.includes(':') ? networkText({ address, prefix: 32 }) : ip;
  const ask = (part: GeoPart): Json | undefined => {
    try {
      return databases[part]?.get(asked);
    } catch (error) {
      onDamage(part, error as Error);
      return undefined;
    }
  };
  const geo: JsonObject = { ...geoOf(ask('country')), ...geoOf(ask('city')) };
  const as = asOf(ask('asn'));
  if (Object.keys(geo).length === 0 && as === undefined) return undefined;
  return { ...(Object.keys(geo).length === 0 ? {} : { geo }), ...(as && { as }) };
}
