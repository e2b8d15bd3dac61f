import { isTidewatchError, type Json, type TidewatchError } from '@tidewatch/event';
import { acceptable } from '../../acceptable.ts';
import type { DataClasses } from '../../classes.ts';
import type { EventStore, IndexedEvent } from '../../contract.ts';
import { errors } from '../../errors.ts';
import { wellFormed } from '../../well_formed.ts';
import type { OpenSearchConnection } from '../client.ts';
import { createIndexNames } from '../index_name.ts';
import { takeAsText, takeNoMoreFields } from '../unmapped.ts';
import type { Failure } from './answer.ts';
import { BulkBody, bytesNeeded, idText, operationLine } from './body.ts';
import { type BulkLog, type BulkMetrics, createDelivery } from './delivery.ts';
import { createPace } from './pace.ts';
import { PendingWrite } from './pending.ts';

export interface BulkWriterDeps {
  readonly connection: OpenSearchConnection;
  readonly classes: DataClasses;
  readonly metrics?: BulkMetrics;
  readonly log?: BulkLog;
  /** Uniform in [0, 1), for the jitter of retries (default `Math.random`). */
  readonly random?: () => number;
}

/**
 * The write half of an {@link EventStore} on OpenSearch.
 *
 * Promise, beside the store's:
 * - A document goes to the index of its class and time partition under its event's id, by `create`: one that comes again,
 *   also after an answer that was lost, is `already_there`.
 * - What is a matter of time or of the cluster's settings (no connection, no or half an answer, 408, 429, 5xx, 401, 403,
 *   404) is tried again until it succeeds or the writer closes; `write` waits so long. `rejected` is the document's
 *   own fault.
 * - At most `max_requests` requests of `request_bytes` are held in memory, and one that is being filled.
 */
export interface BulkWriter extends Pick<EventStore, 'write'> {
  /** Why events cannot be written at the moment, for the health page. */
  problem(): TidewatchError | undefined;
  /**
   * Waits for the requests under way, at most `graceMs` (default 5,000); what has no outcome then rejects with
   * `STORE_CLOSED`. Idempotent.
   */
  close(graceMs?: number): Promise<void>;
}

/** A request is worth sending at this size, when no other is under way. */
const soloBytes = 256 * 1024;
const soloDocuments = 1_000;
const smallestRequest = 64 * 1024;
/** Of an `_id`, in bytes. */
const longestId = 512;

const noMetrics: BulkMetrics = { request() {}, retry() {}, inFlight() {} };
const noLog: BulkLog = { info() {}, error() {} };

export function createBulkWriter(deps: BulkWriterDeps): BulkWriter {
  const { connection, classes } = deps;
  const { bulk } = connection.config;
  const closing = new AbortController();
  const abandon = new AbortController();
  const operationOf = createIndexNames(classes, operationLine);
  const delivery = createDelivery({
    connection,
    pace: createPace(bulk.max_requests),
    metrics: deps.metrics ?? noMetrics,
    log: deps.log ?? noLog,
    random: deps.random ?? Math.random,
    onTooLarge: (bytes) => {
      requestBytes = Math.max(smallestRequest, Math.min(requestBytes, Math.floor(bytes / 2)));
    },
    onSpare: (buffer) => {
      if (buffer.length === requestBytes) spare.push(buffer);
    },
    onUnmappable: openUp,
    onEnd: () => schedule(),
    closing: closing.signal,
    abandon: abandon.signal,
  });

  /** Mappings that are being seen to, with whether it is worth another try. */
  const opening = new Map<string, Promise<boolean>>();

  function openUp(index: string, { reason, message }: Failure): Promise<boolean> {
    const key = `${index} ${message}`;
    const open = reason === 'field_limit' ? takeNoMoreFields : takeAsText;
    const opened =
      opening.get(key) ??
      open(connection, index, message)
        .then(() => {
          const told = { index, reason: message };
          if (reason === 'field_limit')
            deps.log?.error(told, 'An index has all the fields it may; new ones are kept, unindexed');
          else
            deps.log?.info(
              told,
              'A field of an index holds texts now, since its values are of several types',
            );
          return true;
        })
        .catch((error: unknown) => !isTidewatchError(error, 'OPENSEARCH_REFUSED'))
        .finally(() => opening.delete(key));
    opening.set(key, opened);
    return opened;
  }

  /** Writes with records that are in no body yet, in order. */
  const waiting: PendingWrite[] = [];
  const lanes = new Set<Promise<void>>();
  /** Buffers to use again: fresh ones cost page faults and collections of garbage. */
  const spare: Buffer[] = [];
  let requestBytes = bulk.request_bytes;
  let open: BulkBody | undefined;
  let full = false;
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;

  /** Puts one record into the open body; false where it has no room there. */
  function place(write: PendingWrite, record: IndexedEvent, index: number): boolean {
    const checked = acceptable(record, classes);
    if (checked !== undefined) {
      write.settle(index, checked);
      return true;
    }
    const { head, bytes } = record;
    if (head.id.length * 3 > longestId && Buffer.byteLength(head.id) > longestId) {
      write.settle(index, {
        status: 'rejected',
        reason: 'id_too_long',
        message: 'The id is longer than 512 bytes.',
      });
      return true;
    }
    const id = idText(head.id);
    const operation = operationOf(head.dataClass, head.ingested);
    const document = lineOf(bytes);
    open ??= new BulkBody(bufferOf(bytesNeeded(operation, id, document)), index > 0);
    return open.add(operation, id, document, write, index);
  }

  function bufferOf(atLeast: number): Buffer {
    if (atLeast > requestBytes) return Buffer.allocUnsafeSlow(atLeast);
    const used = spare.pop();
    return used?.length === requestBytes ? used : Buffer.allocUnsafeSlow(requestBytes);
  }

  /** Moves records from the writes that wait into the open body, as far as there is room. */
  function fill(): void {
    for (let write = waiting[0]; write !== undefined && !full; write = waiting[0]) {
      for (; write.next < write.batch.length; write.next++) {
        if (!place(write, write.batch[write.next] as IndexedEvent, write.next)) {
          full = true;
          return;
        }
      }
      waiting.shift();
    }
  }

  function isDue(body: BulkBody): boolean {
    if (full || body.length >= requestBytes / 2) return true;
    // Whoever waits for the rest of a large write sends nothing else meanwhile.
    if (body.continues) return true;
    if (performance.now() - body.since >= bulk.linger_ms) return true;
    return delivery.active() === 0 && (body.length >= soloBytes || body.items.length >= soloDocuments);
  }

  /** Sends at most one body a turn of the event loop: filling one takes milliseconds. */
  function pump(): void {
    fill();
    if (open === undefined || closing.signal.aborted) return;
    clearTimeout(timer);
    if (lanes.size >= bulk.max_requests || !delivery.free()) return;
    if (!isDue(open)) {
      timer = setTimeout(schedule, Math.max(1, open.since + bulk.linger_ms - performance.now()));
      return;
    }
    const lane = delivery.deliver(open).finally(() => {
      lanes.delete(lane);
      schedule();
    });
    lanes.add(lane);
    open = undefined;
    full = false;
    if (waiting.length > 0) schedule();
  }

  /** Later in this turn, so that writes that come together go together. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      pump();
    });
  }

  return {
    write(batch) {
      if (closing.signal.aborted) return Promise.reject(errors.STORE_CLOSED());
      if (batch.length === 0) return Promise.resolve([]);
      const write = new PendingWrite(batch);
      waiting.push(write);
      schedule();
      return write.outcome;
    },
    problem: delivery.problem,
    async close(graceMs = 5_000) {
      closing.abort();
      clearTimeout(timer);
      for (const { write } of open?.items ?? []) write.giveUp(errors.STORE_CLOSED());
      for (const write of waiting.splice(0)) write.giveUp(errors.STORE_CLOSED());
      const grace = setTimeout(() => abandon.abort(), graceMs);
      await Promise.all(lanes);
      clearTimeout(grace);
    },
  };
}

const newline = 10;
/** What an escaped lone surrogate begins like; as a field's name it would cost the whole document. */
const unicodeEscape = Buffer.from('\\u');

/** The event as one line of JSON. A line break between its tokens would begin another line of the request. */
function lineOf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const escaped = text.includes(unicodeEscape) && /\\u[dD][89a-fA-F]/.test(text.toString());
  if (!escaped && !bytes.includes(newline)) return bytes;
  return Buffer.from(JSON.stringify(wellFormed(JSON.parse(text.toString()) as Json)));
}
