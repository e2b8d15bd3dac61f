import { isObject } from '@tidewatch/event';
import { parseNumber } from '../modifiers.ts';

/**
 * A place as latitude and longitude in degrees with two decimals, about a kilometre: `59.91,10.75`. It takes the forms of
 * a `geo_point` (OpenSearch): an object of `lat` and `lon`, text of `lat,lon`, an array of lon and lat, GeoJSON's
 * and well-known text's points. 0,0 is what some write where no place is known.
 *
 * @param texts the field's values; of an object its JSON
 * @returns null where it is no place
 */
export function geoPointOf(texts: readonly string[]): string | null {
  const [lat, lon] = coordinates(texts) ?? [];
  if (lat === undefined || lon === undefined) return null;
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180) || (lat === 0 && lon === 0)) return null;
  return `${twoDecimals(lat)},${twoDecimals(lon)}`;
}

/** Never `-0.00`. */
const twoDecimals = (degrees: number): string => (Math.round(degrees * 100) / 100 + 0).toFixed(2);

type Pair = readonly [latitude: number, longitude: number];

function coordinates(texts: readonly string[]): Pair | null {
  const [text = '', second] = texts;
  if (second !== undefined) return texts.length === 2 ? pair(second, text) : null;
  if (text.startsWith('{')) return ofObject(text);
  const point = /^\s*POINT\s*\(\s*(\S+)\s+(\S+)\s*\)\s*$/i.exec(text);
  if (point !== null) return pair(point[2], point[1]);
  const [lat, lon, ...rest] = text.split(',');
  return rest.length === 0 ? pair(lat, lon) : null;
}

function pair(latitude: unknown, longitude: unknown): Pair | null {
  const lat = parseNumber(latitude);
  const lon = parseNumber(longitude);
  return lat === null || lon === null ? null : [lat, lon];
}

function ofObject(text: string): Pair | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return null;
    const { lat, lon, coordinates: point } = value;
    return Array.isArray(point) ? pair(point[1], point[0]) : pair(lat, lon);
  } catch {
    return null;
  }
}

/** Degrees of a place that {@link geoPointOf} wrote. */
export function degreesOf(place: string): { readonly lat: number; readonly lon: number } {
  const [lat = 0, lon = 0] = place.split(',').map(Number);
  return { lat, lon };
}

/** Mean radius of the Earth, kilometres (IUGG). */
const radius = 6371.0088;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance of two places in kilometres, by the haversine formula. */
export function kilometres(one: string, two: string): number {
  const [a, b] = [degreesOf(one), degreesOf(two)];
  const half = (from: number, to: number): number => Math.sin(radians(to - from) / 2) ** 2;
  const h = half(a.lat, b.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * half(a.lon, b.lon);
  return 2 * radius * Math.asin(Math.min(1, Math.sqrt(h)));
}
