import type { JsonObject } from '@tidewatch/event';
import type { Gone } from '../deletion.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

/** Documents of one request, so that it is answered in time. */
const atOnce = 2_000;

interface ByQueryAnswer {
  readonly total: number;
  readonly deleted?: number;
  readonly version_conflicts?: number;
}

/** What others write at the same time is looked for again so often; then it is left to the next time. */
const mostRounds = 10;

/** Deletes all that a query finds, and says of each round how many went: a later one may fail. */
export async function deleteByQuery(
  connection: OpenSearchConnection,
  index: string,
  query: JsonObject,
  gone: Gone = () => {},
): Promise<void> {
  const what = 'what is to be deleted';
  const refresh = () => request(connection, { method: 'POST', path: `/${index}/_refresh` }, what);
  await refresh();
  const querystring = { conflicts: 'proceed', refresh: 'true', max_docs: atOnce };
  for (let rounds = 0; ; ) {
    const params = { method: 'POST', path: `/${index}/_delete_by_query`, querystring, body: { query } };
    const { body: answer } = await request<ByQueryAnswer>(connection, params, what);
    const { total, deleted = 0, version_conflicts: conflicts = 0 } = answer;
    gone(deleted);
    if (conflicts > 0 && ++rounds < mostRounds) await refresh();
    else if (total < atOnce || deleted === 0) return;
  }
}

/** Begins to take deleted documents out of the files, which merges would do some day. */
export async function expunge(connection: OpenSearchConnection, index: string): Promise<void> {
  const querystring = { only_expunge_deletes: 'true', wait_for_completion: 'false' };
  // 400: of a server that can only be waited for.
  await request(connection, { method: 'POST', path: `/${index}/_forcemerge`, querystring }, 'merging', [400]);
}
