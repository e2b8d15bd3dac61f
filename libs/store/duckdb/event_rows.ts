import type { EcsEvent } from '@tidewatch/event';
import { eventFields, promote, withKeys } from './columns.ts';
import type { AppendRow } from './engine.ts';

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

/** What must be known of a file without reading it. */
export interface EventFacts {
  /** Distinct dotted paths. */
  readonly paths: readonly string[];
  /** There is a row whose document queries must walk. */
  readonly nested: boolean;
}

interface BatchedEvent {
  readonly event: EcsEvent;
  /** The event as JSON, if it is at hand. */
  readonly bytes?: Uint8Array;
  readonly time: number;
  readonly ingested: number;
}

export function toBatch(events: readonly BatchedEvent[]): EventBatch {
  const documents = events.map(({ event, bytes }) => bytes ?? Buffer.from(JSON.stringify(event)));
  const bytes = new Uint8Array(documents.reduce((sum, { length }) => sum + length, 0));
  const ends = new Float64Array(documents.length);
  let end = 0;
  for (const [i, document] of documents.entries()) {
    bytes.set(document, end);
    end += document.length;
    ends[i] = end;
  }
  const times = Float64Array.from(events, ({ time }) => time);
  return { bytes, ends, times, ingested: Float64Array.from(events, ({ ingested }) => ingested) };
}

/** Gathers {@link EventFacts} while rows are made. */
export function factsOf() {
  const paths = new Set<string>();
  let nested = false;
  const note = {
    path: (path: string): void => {
      paths.add(path);
    },
    nested: (): void => {
      nested = true;
    },
  };
  return { note, facts: (): EventFacts => ({ paths: [...paths], nested }) };
}

const fields = withKeys(eventFields);

/** The rows of a batch, in the order of the table's columns. */
export function* eventRows(
  { bytes, ends, times, ingested }: EventBatch,
  note: ReturnType<typeof factsOf>['note'],
): Generator<AppendRow> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  for (const [i, end] of ends.entries()) {
    const encoded = text.toString('utf8', start, end);
    const event = JSON.parse(encoded) as EcsEvent;
    const { values, nested, text: words, json } = promote(event, fields, note.path, encoded);
    if (nested) note.nested();
    yield [
      BigInt(times[i] as number),
      event.event.id,
      BigInt(ingested[i] as number),
      nested,
      ...values,
      words,
      json,
    ];
    start = end;
  }
}
