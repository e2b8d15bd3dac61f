import { errors } from '../errors.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

/**
 * Documents by their ids, as they are at the moment, shown by searches or not; in the order of the ids, without those that
 * there are not.
 *
 * @param what is asked for, as errors say it, e.g. `alerts`
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_UNKNOWN; OPENSEARCH_BUSY also where one cannot be read
 */
export async function readMany<Document>(
  connection: OpenSearchConnection,
  index: string,
  ids: readonly string[],
  what: string,
): Promise<readonly (Document & { readonly _id: string })[]> {
  const params = { method: 'POST', path: `/${index}/_mget`, body: { ids: [...ids] } };
  const { body } = await request<{
    readonly docs: readonly (Document & {
      readonly _id: string;
      readonly found?: boolean;
      readonly error?: { readonly type: string; readonly reason: string };
    })[];
  }>(connection, params, what);
  // The whole is answered with 200 also where the shard of some is away.
  const error = body.docs.find((doc) => doc.error !== undefined)?.error;
  if (error !== undefined)
    throw errors.OPENSEARCH_BUSY({
      ...{ url: connection.config.nodes.join(', '), what, status: 503 },
      problem: `${error.type} ${error.reason}`,
    });
  return body.docs.filter(({ found }) => found === true);
}
