import type { JsonObject } from '@tidewatch/event';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';
import { mostFields, searchedKeyword } from './template.ts';

/** Stands in the mapping of an index that took all fields it may: documents have fields that it does not index. */
export const unmappedMark = 'tidewatch.unmapped';
/** No event makes a field of this type, so that none can set the mark. */
export const unmappedType = 'boolean';

/** Room for the mark itself. */
const spareFields = 10;
const what = 'the fields of an index';

/**
 * Has an index keep new fields without indexing them, since it would refuse every document that brings one: a single
 * document of a stranger can fill it. Queries look at its documents where they name such a field.
 *
 * @throws those of `request`
 */
export async function takeNoMoreFields(connection: OpenSearchConnection, index: string): Promise<void> {
  const settings = { index: { mapping: { total_fields: { limit: mostFields + spareFields } } } };
  await request(connection, { method: 'PUT', path: `/${index}/_settings`, body: settings }, what);
  const path = `/${index}/_mapping`;
  const mark = { tidewatch: { properties: { unmapped: { type: unmappedType } } } };
  const body = { dynamic: false, properties: mark };
  const { status } = await request(connection, { method: 'PUT', path, body }, what, [400]);
  // An event had the mark's name for a field of its own: better not searched by some fields than not kept.
  if (status === 400) await request(connection, { method: 'PUT', path, body: { dynamic: false } }, what);
}

/**
 * Has an index take a field's values as texts, where one document brings several types at once: by itself it would
 * take the first for all, and refuse the document for the next.
 *
 * @param message of the refusal, e.g. `mapper [a.b] cannot be changed from type [long] to [keyword]`
 * @throws those of `request`
 */
export async function takeAsText(
  connection: OpenSearchConnection,
  index: string,
  message: string,
): Promise<void> {
  const field = /^mapper \[(.+?)\] cannot/.exec(message)?.[1] ?? '';
  const properties = field
    .split('.')
    .reduceRight<JsonObject>((below, name) => ({ properties: { [name]: below } }), searchedKeyword);
  const params = { method: 'PUT', path: `/${index}/_mapping`, body: properties };
  // 400: it has a type by now, and takes the document with it.
  await request(connection, params, what, [400]);
}
