import type { IncomingMessage } from 'node:http';
import { isTidewatchError, type TidewatchError } from '@tidewatch/event';
import type { RawRecord } from '@tidewatch/plugin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import { createExportParser, type JournalEntry } from '../journald/export.ts';
import { createSourceMap } from '../names.ts';
import { brokenOff, isBomb, unpackerFor } from './body.ts';
import type { HttpConfig } from './config.ts';
import type { Visit } from './guard.ts';
import type { RouteDeps } from './routes.ts';

/** Longer entries are cut; one that is all control characters is six times as long as JSON. */
const maxEntryBytes = 128 * 1024;
/** Entries handed on at once, and bytes from which on fewer are. */
const batchEntries = 1_000;
const batchBytes = 1024 * 1024;

/** Fixed in systemd-journal-upload, below the URL it is given. */
export const uploadPath = '/upload';

/**
 * `POST /upload`, as systemd-journal-upload sends (systemd, `journal-upload.c`): a journal in export format, often all
 * of it in one request, so it is taken in parts while it comes. The sender keeps its cursor only when it hears 202 at
 * the end; what it sends again, under its key or certificate or else from its address, has the same ids.
 */
export function serveJournal(
  app: FastifyInstance,
  config: HttpConfig,
  { accept, admission, visitOf }: RouteDeps,
): void {
  const source = createSourceMap(config.sources)('journald');
  app.post(uploadPath, upload);

  async function upload(request: FastifyRequest, reply: FastifyReply) {
    const { 'content-type': type = '' } = request.headers;
    if (type !== 'application/vnd.fdo.journal') throw errors.NOT_A_JOURNAL({ type });
    const visit = visitOf(request);
    if (!visit.sender.maySend(source)) throw errors.SOURCE_FORBIDDEN({ key: visit.sender.key, source });
    admission.ask(visit.sender);

    const parser = createExportParser({ maxEntryBytes });
    const batch = createBatch((records) => take(visit, records));
    for await (const chunk of chunksOf(request.raw, config)) await batch.add(parser.push(chunk), visit);
    await batch.add(parser.end(), visit);
    await batch.flush();
    if (parser.damaged > 0) throw errors.DAMAGED_JOURNAL({ damaged: parser.damaged });
    return reply.code(202).type('text/plain').send('OK.\n');
  }

  async function take({ sender }: Visit, records: readonly RawRecord[]): Promise<void> {
    const bytes = records.reduce((sum, record) => sum + record.bytes.length, 0);
    const [refusal] = admission.admit(sender, [{ source, events: records.length, bytes }]);
    if (refusal !== undefined) throw refusal;
    const answers = await accept(source, records);
    const refused = answers.find(({ status }) => status === 'refused');
    if (refused !== undefined && 'message' in refused)
      throw errors.SOURCE_REFUSED({ source, reason: refused.message });
  }
}

/** Gathers records until they are worth a call. */
function createBatch(take: (records: readonly RawRecord[]) => Promise<void>) {
  let records: RawRecord[] = [];
  let bytes = 0;
  async function flush(): Promise<void> {
    const full = records;
    records = [];
    bytes = 0;
    if (full.length > 0) await take(full);
  }
  return {
    flush,
    async add(entries: readonly JournalEntry[], visit: Visit): Promise<void> {
      for (const entry of entries) {
        const record = recordOf(entry, visit);
        records.push(record);
        bytes += record.bytes.length;
        if (records.length >= batchEntries || bytes >= batchBytes) await flush();
      }
    },
  };
}

function recordOf({ cursor, fields, truncatedFrom }: JournalEntry, { peer, sender }: Visit): RawRecord {
  return {
    bytes: Buffer.from(JSON.stringify(fields)),
    format: 'json',
    position:
      cursor === undefined ? { kind: 'none' } : { kind: 'journald', cursor, sender: sender.key ?? peer },
    received: Date.now(),
    hints: {
      peer,
      ...(sender.subject === undefined ? {} : { subject: sender.subject }),
      ...(truncatedFrom === undefined ? {} : { truncatedFrom }),
    },
  };
}

/**
 * The body as it comes, unpacked. Leaving early leaves the request open, so that its sender gets the answer. Throws
 * typed errors.
 */
async function* chunksOf(request: IncomingMessage, config: HttpConfig): AsyncGenerator<Buffer> {
  const unpacker = unpackerFor(request);
  const body = unpacker === undefined ? request : request.pipe(unpacker);
  const gone = (): void => {
    if (!request.complete) unpacker?.destroy(brokenOff(request));
  };
  request.once('close', gone);
  let size = 0;
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (unpacker !== undefined && isBomb(size, unpacker.bytesWritten, config))
        throw errors.COMPRESSION_RATIO({ limit: config.max_compression_ratio });
      yield chunk;
    }
  } catch (error) {
    throw readingFailed(error as Error, request);
  } finally {
    request.off('close', gone);
    if (unpacker !== undefined) {
      request.unpipe(unpacker);
      unpacker.destroy();
    }
  }
}

function readingFailed(error: Error, request: IncomingMessage): TidewatchError {
  if (isTidewatchError(error)) return error;
  return request.complete || !request.destroyed
    ? errors.CORRUPT_BODY({ reason: error.message })
    : brokenOff(request);
}
