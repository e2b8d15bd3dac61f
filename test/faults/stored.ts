import { eventIndices } from '@tidewatch/store/opensearch';

interface Hits {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly { readonly _id: string }[] };
}

/** Asks an OpenSearch; the body, if any, makes it a POST. */
export async function ask<T>(url: string, path: string, body?: unknown): Promise<T> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(`${url}${path}`, body === undefined ? {} : init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Ids of every event in an OpenSearch, with how often each is there over all indices. */
export async function storedIn(url: string): Promise<Map<string, number>> {
  await ask(url, `/${eventIndices}/_refresh`, {});
  const found = new Map<string, number>();
  let page = await ask<Hits>(url, `/${eventIndices}/_search?scroll=1m`, {
    size: 5_000,
    _source: false,
    sort: ['_doc'],
  });
  while (page.hits.hits.length > 0) {
    for (const { _id } of page.hits.hits) found.set(_id, (found.get(_id) ?? 0) + 1);
    page = await ask<Hits>(url, '/_search/scroll', { scroll: '1m', scroll_id: page._scroll_id });
  }
  return found;
}
