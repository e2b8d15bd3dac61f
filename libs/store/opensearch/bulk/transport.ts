import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { OpenSearchConnection } from '../client.ts';
import { answerParts } from './answer.ts';

const compress = promisify(gzip);

/**
 * Sends one bulk request over the client's transport, and resolves with its answer's body. Unlike the transport's own
 * time-out, which a trickle of bytes holds off, ours is for the whole answer.
 *
 * Rejects with the client's errors.
 */
export async function sendBulk(
  { client, config }: OpenSearchConnection,
  ndjson: Buffer,
  signal: AbortSignal,
): Promise<unknown> {
  // Half the default's CPU for a tenth more bytes.
  const bulkBody = config.compression ? await compress(ndjson, { level: constants.Z_BEST_SPEED }) : ndjson;
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
