import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, errors as clientErrors } from '@opensearch-project/opensearch';
import type { ApiResponse, TransportRequestParams } from '@opensearch-project/opensearch/lib/Transport.js';
import { failureVerdict } from './bulk/answer.ts';
import { connectionError, type OpenSearchConnection } from './client.ts';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** How often a request is sent that fails for reasons that pass, and the longest wait before the second, milliseconds. */
const attempts = 5;
const firstWaitMs = 100;
/** Somebody waits for the answer: who asks us to stay away for longer is not waited for so long. */
const longestAwayMs = 5_000;

/**
 * One request, sent again while the cluster is busy or away, and with the secret of today where it is refused. It must be
 * one that may come twice, since an answer can be lost.
 *
 * @param what is asked for, as errors say it, e.g. `alerts`
 * @param ignore statuses that are answers rather than failures
 * @param read makes the body of a success from its bytes, and throws where it can't; else JSON is parsed
 * @throws OPENSEARCH_UNREACHABLE, OPENSEARCH_REFUSED, OPENSEARCH_BUSY, OPENSEARCH_UNKNOWN
 */
export async function request<T>(
  { client, config, credentials }: OpenSearchConnection,
  params: TransportRequestParams,
  what: string,
  ignore: readonly number[] = [],
  read?: (bytes: Buffer) => T,
): Promise<Answer<T>> {
  for (let tries = 1; ; tries++) {
    const used = credentials.secret();
    try {
      const { statusCode, body } = await (read === undefined
        ? client.transport.request(params, { ignore: [...ignore] })
        : sendForBytes(client, params, ignore, read));
      return { status: statusCode ?? 0, body: body as T };
    } catch (error) {
      const renewed = isRefusal(error) && tries === 1 && (await credentials.renew()) !== used;
      const { status, awayMs = 0 } = failureVerdict(error);
      if (!renewed && (status !== 'again' || tries === attempts))
        throw connectionError(error, config.nodes.join(', '), what);
      if (!renewed) await sleep(Math.min(awayMs, longestAwayMs) + Math.random() * firstWaitMs * 2 ** tries);
    }
  }
}

async function sendForBytes(
  { transport }: Client,
  params: TransportRequestParams,
  ignore: readonly number[],
  read: (bytes: Buffer) => unknown,
): Promise<ApiResponse> {
  const answer = await transport.request(params, { asStream: true });
  const status = answer.statusCode ?? 0;
  const bytes = await buffer(answer.body as Readable);
  try {
    answer.body = status < 400 ? read(bytes) : JSON.parse(bytes.toString());
  } catch (error) {
    if (status < 400) throw new clientErrors.DeserializationError((error as Error).message, bytes.toString());
    answer.body = bytes.toString();
  }
  if (status >= 400 && !ignore.includes(status)) throw new clientErrors.ResponseError(answer);
  return answer;
}

/** That our secret is not the right one (any more): 401, or 403 where signatures are asked for. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof clientErrors.ResponseError && [401, 403].includes(error.meta.statusCode ?? 0);
