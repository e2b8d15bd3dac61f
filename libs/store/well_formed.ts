import { isObject, type Json } from '@tidewatch/event';

/** A value without lone surrogates, which no store takes: DuckDB as JSON, OpenSearch as names of fields. */
export function wellFormed(value: Json): Json {
  if (typeof value === 'string') return value.replace(/\p{Surrogate}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [wellFormed(key), wellFormed(member)]),
  );
}
