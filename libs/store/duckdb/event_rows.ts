import { isUtf8 } from 'node:buffer';
import type { DuckDBAppender } from '@duckdb/node-api';
import type { Json } from '@tidewatch/event';
import { wellFormed } from '../well_formed.ts';
import { type Address, ColumnChunk, type ColumnType } from './column_chunk.ts';
import { eventFields } from './columns.ts';
import type { Target } from './document_paths.ts';
import { DocumentScanner } from './document_scan.ts';
import { type EventBatch, joined } from './event_batch.ts';

/** What must be known of a file without reading it. */
export interface EventFacts {
  /** Distinct dotted paths. */
  readonly paths: readonly string[];
  /** There is a row whose document queries must walk. */
  readonly nested: boolean;
  /** Places in the batch of what is no JSON, and has no row. */
  readonly refused: readonly number[];
}

const columns: ColumnType[] = ['bigint', 'text', 'bigint', 'boolean'];
const targets: Target[] = [{ keys: ['event', 'id'], type: 'text', column: 1 }];
for (const { path, type, address } of eventFields) {
  const column = columns.push(type === 'text' ? 'text' : 'double') - 1;
  const target = { keys: path.split('.'), type, column };
  targets.push(address === true ? { ...target, keyColumn: columns.push('text') - 1 } : target);
}
const wordsColumn = columns.push('text') - 1;
const documentColumn = columns.push('text') - 1;

/** What is handed over before the event loop gets a turn: some 5 ms of work. */
const chunkRows = 512;
const chunkBytes = 1024 * 1024;

/** Makes rows of events, in the order of the table's columns. */
export function createEventAppender() {
  const chunk = new ColumnChunk(columns, chunkRows);
  const scanner = new DocumentScanner(chunk, targets, wordsColumn);

  function fill(row: number, bytes: Uint8Array, start: number, end: number, at: Address): boolean {
    if (!scanner.scan(bytes, start, end, at, row)) return false;
    chunk.text(documentColumn, row, bytes, start, end - start, at);
    return true;
  }

  function fillAnew(row: number, document: Uint8Array, appender: DuckDBAppender): boolean {
    const bytes = writtenAnew(document);
    return bytes !== undefined && fill(row, bytes, 0, bytes.length, chunk.hold(bytes, appender));
  }

  /** Appends the events from `first` to before `last`, whose documents are `bytes`. */
  function appendSlice(
    { ends, times, ingested }: EventBatch,
    { first, last, bytes }: Slice,
    appender: DuckDBAppender,
    facts: Facts,
  ): void {
    const at = chunk.hold(bytes, appender);
    const before = first === 0 ? 0 : (ends[first - 1] as number);
    let row = 0;
    let start = 0;
    for (let i = first; i < last; i++) {
      const end = (ends[i] as number) - before;
      const isFilled =
        fill(row, bytes, start, end, at) || fillAnew(row, bytes.subarray(start, end), appender);
      start = end;
      if (!isFilled) {
        facts.refused.push(i);
        continue;
      }
      chunk.bigint(0, row, times[i] as number);
      chunk.bigint(2, row, ingested[i] as number);
      chunk.boolean(3, row, scanner.nested);
      facts.nested ||= scanner.nested;
      row++;
    }
    if (row > 0) chunk.append(row, appender);
    else chunk.clear();
  }

  return async function append(given: EventBatch, appender: DuckDBAppender): Promise<EventFacts> {
    const batch = isUtf8(given.bytes) ? given : encodedAnew(given);
    const facts: Facts = { nested: false, refused: [] };
    chunk.clear();
    scanner.paths.begin();
    for (const slice of slices(batch)) {
      appendSlice(batch, slice, appender, facts);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { ...facts, paths: scanner.paths.paths };
  };
}

interface Facts {
  nested: boolean;
  readonly refused: number[];
}

interface Slice {
  readonly first: number;
  readonly last: number;
  readonly bytes: Uint8Array;
}

function* slices({ bytes, ends }: EventBatch): Generator<Slice> {
  let start = 0;
  for (let first = 0, last = 0; first < ends.length; first = last) {
    do last++;
    while (last < ends.length && last - first < chunkRows && (ends[last] as number) - start <= chunkBytes);
    const end = ends[last - 1] as number;
    yield { first, last, bytes: bytes.subarray(start, end) };
    start = end;
  }
}

/** The same documents, with what is no UTF-8 replaced. */
function encodedAnew({ bytes, ends, ...rest }: EventBatch): EventBatch {
  const documents = Array.from(ends, (end, i) =>
    Buffer.from(Buffer.from(bytes.subarray(i === 0 ? 0 : ends[i - 1], end)).toString()),
  );
  return { ...joined(documents), ...rest };
}

/** A document as Tidewatch writes it, with what is broken in its Unicode replaced; undefined where it is no JSON. */
function writtenAnew(document: Uint8Array): Uint8Array | undefined {
  try {
    return Buffer.from(JSON.stringify(wellFormed(JSON.parse(Buffer.from(document).toString()) as Json)));
  } catch {
    return undefined;
  }
}
