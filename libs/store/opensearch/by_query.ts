import type { JsonObject } from '@tidewatch/event';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

/** Documents of one request, so that it is answered in time. */
const atOnce = 2_000;

interface ByQueryAnswer {
  readonly total: number;
  readonly updated?: number;
  readonly deleted?: number;
}

/**
 * Changes or deletes all that a query finds, and answers how many; what others write at the same time is left to the next
 * time.
 */
export async function byQuery(
  connection: OpenSearchConnection,
  operation: '_update_by_query' | '_delete_by_query',
  index: string,
  body: JsonObject,
): Promise<number> {
  const what = 'what is to be changed';
  await request(connection, { method: 'POST', path: `/${index}/_refresh` }, what);
  const querystring = { conflicts: 'proceed', refresh: 'true', max_docs: atOnce };
  for (let all = 0; ; ) {
    const params = { method: 'POST', path: `/${index}/${operation}`, querystring, body };
    const { total, updated = 0, deleted = 0 } = (await request<ByQueryAnswer>(connection, params, what)).body;
    all += updated + deleted;
    if (total < atOnce || updated + deleted === 0) return all;
  }
}

/** Begins to take deleted documents out of the files, which merges would do some day. */
export async function expunge(connection: OpenSearchConnection, index: string): Promise<void> {
  const querystring = { only_expunge_deletes: 'true', wait_for_completion: 'false' };
  // 400: of a server that can only be waited for.
  await request(connection, { method: 'POST', path: `/${index}/_forcemerge`, querystring }, 'merging', [400]);
}
