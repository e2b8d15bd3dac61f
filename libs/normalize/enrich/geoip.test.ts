import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asOf, geoOf } from './geo_fields.ts';
import { type GeoDatabase, lookUpGeo, readGeoDatabase, shippedCountries } from './geoip.ts';

const GiB = 1024 ** 3;

describe('the database that ships', () => {
  let country: GeoDatabase;
  beforeAll(async () => {
    country = await readGeoDatabase(shippedCountries(), GiB);
  });
  const ask = (ip: string) =>
    lookUpGeo({ country, city: undefined, asn: undefined }, ip, (_, error) => {
      throw error;
    });

  it.each([
    ['91.198.174.192', { country_iso_code: 'NL', country_name: 'Netherlands' }],
    ['::ffff:91.198.174.192', { country_iso_code: 'NL', country_name: 'Netherlands' }],
    ['2001:4860:4860::8888', { country_iso_code: 'US', country_name: 'United States' }],
  ])('knows where %s is', (ip, geo) => expect(ask(ip)).toEqual({ geo }));

  it.each([
    '10.0.0.1',
    '192.168.7.7',
    '127.0.0.1',
    '169.254.1.1',
    '100.64.0.1',
    'fe80::1',
    'fd00::1',
    '::1',
    'example.org',
    '',
    '1.2.3',
    '9'.repeat(1_000_000),
  ])('says nothing of %.20s', (ip) => expect(ask(ip)).toBeUndefined());
});

describe('a damaged database', () => {
  let directory: string;
  let bytes: Buffer;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-mmdb-'));
    bytes = await readFile(shippedCountries());
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each<[string, (whole: Buffer) => Buffer]>([
    ['that is empty', () => Buffer.alloc(0)],
    ['that is text', () => Buffer.from('<html>Not found</html>'.repeat(100))],
    ['whose end is missing', (whole) => whole.subarray(0, whole.length / 2)],
    ['whose begin is missing', (whole) => whole.subarray(whole.length / 2)],
    ['of zeros with the right end', (whole) => Buffer.concat([Buffer.alloc(1_000), whole.subarray(-300)])],
  ])('%s is refused, in one sentence', async (_, damage) => {
    const path = join(directory, 'damaged.mmdb');
    await writeFile(path, damage(bytes));
    await expect(readGeoDatabase(path, GiB)).rejects.toThrow(/^is [^\n]{5,300}$/);
  });

  it('that is too large is refused', async () => {
    await expect(readGeoDatabase(shippedCountries(), 1_000)).rejects.toThrow('more than 1000');
  });

  it('is told where an address meets it, and the others answer', async () => {
    const country = await readGeoDatabase(shippedCountries(), GiB);
    const city: GeoDatabase = {
      ...country,
      get: () => {
        throw new Error('torn');
      },
    };
    const told: string[] = [];
    const answer = lookUpGeo({ country, city, asn: undefined }, '91.198.174.192', (part, { message }) =>
      told.push(`${part}: ${message}`),
    );
    expect(answer).toMatchObject({ geo: { country_iso_code: 'NL' } });
    expect(told).toEqual(['city: torn']);
  });
});

describe('records in the forms of several makers', () => {
  it('become ECS', () => {
    expect(
      geoOf({
        continent: { code: 'EU', names: { en: 'Europe', de: 'Europa' } },
        country: { iso_code: 'DE', names: { en: 'Germany' } },
        subdivisions: [{ iso_code: 'BY', names: { en: 'Bavaria' } }],
        city: { names: { en: 'Munich' } },
        postal: { code: '80331' },
        location: { latitude: 48.1, longitude: 11.6, time_zone: 'Europe/Berlin', accuracy_radius: 20 },
      }),
    ).toEqual({
      continent_code: 'EU',
      continent_name: 'Europe',
      country_iso_code: 'DE',
      country_name: 'Germany',
      region_iso_code: 'DE-BY',
      region_name: 'Bavaria',
      city_name: 'Munich',
      postal_code: '80331',
      timezone: 'Europe/Berlin',
      location: { lat: 48.1, lon: 11.6 },
    });
    expect(
      geoOf({ country_code: 'CH', state1: 'Bern', city: 'Thun', latitude: 46.7, longitude: 7.6 }),
    ).toEqual({
      country_iso_code: 'CH',
      country_name: 'Switzerland',
      region_name: 'Bern',
      city_name: 'Thun',
      location: { lat: 46.7, lon: 7.6 },
    });
    expect(asOf({ autonomous_system_number: 64_496, autonomous_system_organization: 'Example' })).toEqual({
      number: 64_496,
      organization: { name: 'Example' },
    });
  });

  it.each([
    null,
    7,
    'x',
    [],
    { country: 'DE' },
    { country_code: 'nowhere' },
    { latitude: 1e9, longitude: 0 },
    { subdivisions: [7] },
  ])('of %j become nothing', (record) => {
    expect(geoOf(record as never)).toEqual({});
    expect(asOf(record as never)).toBeUndefined();
  });
});
