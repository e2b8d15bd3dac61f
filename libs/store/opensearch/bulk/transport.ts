import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { OpenSearchConnection } from '../client.ts';
import { isRefusal } from '../request.ts';
import { answerParts } from './answer.ts';

const compress = promisify(gzip);

/**
 * Sends one bulk request over the client's transport, and resolves with its answer's body. Where the cluster doesn't
 * know us (any more) and the file of our secret holds another one by now, it is sent again with that.
 *
 * Rejects with the client's errors.
 */
export async function sendBulk(
  connection: OpenSearchConnection,
  ndjson: Buffer,
  signal: AbortSignal,
): Promise<unknown> {
  const { config, credentials } = connection;
  // Half the default's CPU for a tenth more bytes.
  const body = config.compression ? await compress(ndjson, { level: constants.Z_BEST_SPEED }) : ndjson;
  const used = credentials.secret();
  try {
    return await sendOnce(connection, body, signal);
  } catch (error) {
    if (!isRefusal(error) || (await credentials.renew()) === used) throw error;
    return await sendOnce(connection, body, signal);
  }
}

/** Unlike the transport's own time-out, which a trickle of bytes holds off, ours is for the whole answer. */
async function sendOnce({ client, config }: OpenSearchConnection, bulkBody: Buffer, signal: AbortSignal) {
  const request = client.transport.request(
    { method: 'POST', path: '/_bulk', querystring: { filter_path: answerParts }, bulkBody },
    config.compression ? { headers: { 'content-encoding': 'gzip' } } : {},
  );
  // Returns nothing: an event target would throw what the request, a promise, rejects with.
  const abort = () => {
    request.abort();
  };
  const timer = setTimeout(abort, config.timeout_ms);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  try {
    return (await request).body;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
