import type { IndexedEvent } from '../contract.ts';

/** Events on their way to the rows of one file: bytes, since objects cost more to send to another thread. */
export interface EventBatch {
  /** The documents as JSON, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each document ends. */
  readonly ends: Float64Array<ArrayBuffer>;
  /** `@timestamp` and ingestion time of each, epoch milliseconds. */
  readonly times: Float64Array<ArrayBuffer>;
  readonly ingested: Float64Array<ArrayBuffer>;
}

export function toBatch(events: readonly IndexedEvent[]): EventBatch {
  return {
    ...joined(events.map(({ bytes }) => bytes)),
    times: Float64Array.from(events, ({ head }) => head.time),
    ingested: Float64Array.from(events, ({ head }) => head.ingested),
  };
}

export function joined(documents: readonly Uint8Array[]): Pick<EventBatch, 'bytes' | 'ends'> {
  const ends = new Float64Array(documents.length);
  let size = 0;
  for (const [i, { length }] of documents.entries()) {
    size += length;
    ends[i] = size;
  }
  const bytes = new Uint8Array(size);
  for (const [i, document] of documents.entries()) bytes.set(document, (ends[i] as number) - document.length);
  return { bytes, ends };
}
