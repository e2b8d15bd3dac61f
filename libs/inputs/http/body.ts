import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { isTidewatchError, type TidewatchError } from '@tidewatch/event';
import { errors } from '../errors.ts';
import type { HttpConfig } from './config.ts';

export type ReadBody = (request: IncomingMessage, response: ServerResponse) => Promise<Buffer>;

/** Below this size no ratio is suspicious: a body of one letter repeated is small either way. */
const ratioFrom = 1024 * 1024;
const unpackers = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate } as const;

const isUnpacker = (encoding: string): encoding is keyof typeof unpackers =>
  Object.hasOwn(unpackers, encoding);

/** What unpacks the request's body; undefined where it isn't packed. Throws `UNSUPPORTED_ENCODING`. */
export function unpackerFor(request: IncomingMessage): Gunzip | Inflate | undefined {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return undefined;
  if (!isUnpacker(encoding)) throw errors.UNSUPPORTED_ENCODING({ encoding });
  return unpackers[encoding]({ chunkSize: 128 * 1024 });
}

/** Whether what was unpacked so far is more than any log unpacks to. */
export const isBomb = (unpacked: number, packed: number, config: HttpConfig): boolean =>
  unpacked > ratioFrom && unpacked > config.max_compression_ratio * packed;

/** Why a request ended before its body did: the sender went, or was sent away. */
export const brokenOff = ({ errored }: IncomingMessage): TidewatchError =>
  isTidewatchError(errored) ? errored : errors.CLIENT_GONE();

/**
 * Makes the reader of request bodies. It unpacks while it reads and stops at the first byte over a limit, so that a
 * bomb costs no more memory than `max_body_bytes`; what all requests hold together stays below `max_pending_bytes`.
 *
 * Rejects with a typed error, after which the rest of the body is read into nothing, so that the sender gets the
 * answer rather than a reset connection.
 */
export function createBodyReader(config: HttpConfig): ReadBody {
  let pending = 0;

  return function readBody(request, response) {
    let held = 0;
    const hold = (bytes: number): boolean => {
      if (pending + bytes > config.max_pending_bytes) return false;
      pending += bytes;
      held += bytes;
      return true;
    };
    response.once('close', () => {
      pending -= held;
    });

    return new Promise((resolve, reject) => {
      const unpacker = unpackerFor(request);
      let chunks: Buffer[] | undefined = [];
      let size = 0;
      let source: Readable = request;

      const fail = (error: Error): void => {
        request.unpipe();
        request.removeAllListeners('data');
        if (source !== request) source.destroy();
        // The sender may take its time over the rest, which keeps this closure.
        chunks = undefined;
        request.resume();
        reject(error);
      };

      if (unpacker !== undefined) {
        unpacker.on('error', (error) => fail(errors.CORRUPT_BODY({ reason: error.message })));
        source = request.pipe(unpacker);
        unpacker.on('data', () => {
          if (isBomb(size, unpacker.bytesWritten, config))
            fail(errors.COMPRESSION_RATIO({ limit: config.max_compression_ratio }));
        });
      } else if (Number(request.headers['content-length']) > config.max_body_bytes) {
        return fail(errors.BODY_TOO_LARGE({ limit: config.max_body_bytes }));
      }

      source.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > config.max_body_bytes)
          return fail(errors.BODY_TOO_LARGE({ limit: config.max_body_bytes }));
        if (!hold(chunk.length)) return fail(errors.BUSY());
        chunks?.push(chunk);
      });
      source.on('end', () => {
        if (chunks === undefined) return;
        resolve(Buffer.concat(chunks, size));
        chunks = undefined;
      });
      request.once('close', () => {
        if (!request.complete) fail(brokenOff(request));
      });
    });
  };
}
