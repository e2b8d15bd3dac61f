import { isObject, type Json, type JsonObject } from '@tidewatch/event';

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' });

/**
 * Members of ECS' `geo` that a record says: records as MaxMind's GeoIP2 and GeoLite2 have them (`country.iso_code`,
 * `city.names.en`), and flat ones as ip-location-db's (`country_code`, `state1`, `city`).
 */
export function geoOf(record: Json | undefined): JsonObject {
  if (!isObject(record)) return {};
  const country = partOf(record, 'country');
  const continent = partOf(record, 'continent');
  const region = Array.isArray(record.subdivisions) ? record.subdivisions[0] : undefined;
  const place = partOf(record, 'location');
  const iso = text(country.iso_code) ?? text(record.country_code);
  const isCountry = iso !== undefined && /^[A-Z]{2}$/.test(iso);
  const regionIso = isObject(region) ? text(region.iso_code) : undefined;
  return present({
    continent_code: text(continent.code) ?? text(record.continent_code),
    continent_name: nameOf(continent),
    country_iso_code: isCountry ? iso : undefined,
    country_name: nameOf(country) ?? (isCountry ? countryNames.of(iso) : undefined),
    region_iso_code: isCountry && regionIso !== undefined ? `${iso}-${regionIso}` : undefined,
    region_name: (isObject(region) ? nameOf(region) : undefined) ?? text(record.state1),
    city_name: nameOf(partOf(record, 'city')) ?? text(record.city),
    postal_code: text(partOf(record, 'postal').code) ?? text(record.postcode),
    timezone: text(place.time_zone) ?? text(record.timezone),
    location: point(place.latitude ?? record.latitude, place.longitude ?? record.longitude),
  });
}

/** ECS' `as` that a record says: `autonomous_system_number` and `autonomous_system_organization`. */
export function asOf(record: Json | undefined): JsonObject | undefined {
  if (!isObject(record)) return undefined;
  const number = record.autonomous_system_number;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return undefined;
  const name = text(record.autonomous_system_organization);
  return { number, ...(name === undefined ? {} : { organization: { name } }) };
}

const partOf = (record: JsonObject, key: string): JsonObject => {
  const part = record[key];
  return isObject(part) ? part : {};
};

const nameOf = (part: JsonObject): string | undefined =>
  isObject(part.names) ? text(part.names.en) : undefined;

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const point = (lat: Json | undefined, lon: Json | undefined): JsonObject | undefined =>
  typeof lat === 'number' && typeof lon === 'number' && Math.abs(lat) <= 90 && Math.abs(lon) <= 180
    ? { lat, lon }
    : undefined;

function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(members)) if (value !== undefined) kept[key] = value;
  return kept;
}
