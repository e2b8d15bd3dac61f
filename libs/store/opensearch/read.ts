import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { errors } from '../errors.ts';
import type { OpenSearchConnection } from './client.ts';
import { request } from './request.ts';

/** After so long a search ends itself, so that it does not go on where nobody waits for it. */
const searchTimeout = '25s';

/** What is not there is not searched; what cannot be searched is an error, not half an answer. */
const asked = { ignore_unavailable: true, allow_no_indices: true, expand_wildcards: 'open' } as const;

/**
 * Reads from indices.
 *
 * @param indices as it stands in a path; patterns that fit none find nothing
 * @throws QUERY_TOO_WIDE where the cluster refuses the query itself, and those of {@link request}
 */
export async function readRequest<T>(
  connection: OpenSearchConnection,
  indices: string,
  api: '_search' | '_field_caps' | '_stats/docs,store',
  {
    querystring = {},
    body,
    read,
  }: {
    readonly querystring?: Record<string, string | boolean>;
    readonly body?: JsonObject;
    /** As {@link request} has it. */
    readonly read?: ((bytes: Buffer) => T) | undefined;
  },
  what: string,
): Promise<T> {
  const answer = await request<T>(
    connection,
    {
      method: body === undefined ? 'GET' : 'POST',
      path: `/${indices}/${api}`,
      querystring: { ...(api.startsWith('_stats') ? {} : asked), ...querystring },
      ...(body && { body }),
    },
    what,
    [400],
    read,
  );
  if (answer.status === 400)
    throw errors.QUERY_TOO_WIDE({ problem: `The query asks too much: ${reasonIn(answer.body)}` });
  return answer.body;
}

function reasonIn(body: unknown): string {
  const error = isObject(body as Json) ? (body as JsonObject).error : undefined;
  const causes = isObject(error) && Array.isArray(error.root_cause) ? error.root_cause : [];
  const [first] = causes;
  return isObject(first) && typeof first.reason === 'string' ? first.reason : 'it was refused';
}

export interface Hit<Source> {
  readonly _index: string;
  readonly _id: string;
  readonly _source: Source;
  readonly sort: readonly Json[];
}

export interface SearchAnswer<Source, Aggregations> {
  readonly timed_out: boolean;
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly Hit<Source>[] };
  readonly aggregations?: Aggregations;
}

/**
 * One search, whole or not at all.
 *
 * @throws QUERY_TIMED_OUT, QUERY_TOO_WIDE, and those of {@link request}
 */
export const searchIndices = <Source, Aggregations = unknown>(
  connection: OpenSearchConnection,
  indices: string,
  body: JsonObject,
  what: string,
): Promise<SearchAnswer<Source, Aggregations>> => searchAs(connection, indices, body, what);

/** As {@link searchIndices}; what `read` makes of the answer's bytes, where it is given. */
export async function searchAs<Answer extends { readonly timed_out: boolean }>(
  connection: OpenSearchConnection,
  indices: string,
  body: JsonObject,
  what: string,
  read?: (bytes: Buffer) => Answer,
): Promise<Answer> {
  const querystring = { allow_partial_search_results: false };
  const asked = { querystring, body: { timeout: searchTimeout, ...body }, read };
  const answer = await readRequest<Answer>(connection, indices, '_search', asked, what);
  if (answer.timed_out) throw errors.QUERY_TIMED_OUT({ what });
  return answer;
}
