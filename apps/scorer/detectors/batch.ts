import type { EcsEvent } from '@tidewatch/event';
import type { Batch } from '@tidewatch/stream';
import { eventTime, headOf, idleSince, isDerived, isIdleMark } from '@tidewatch/window';
import type { Taken } from './engine.ts';

/** What the thread is to know of one record. */
interface Row {
  readonly source: string;
  readonly time: number;
  readonly ingested: number;
  readonly bytes: Uint8Array;
}

/** A batch of the events' stream for the thread: what Tidewatch concluded itself, and what is no event, is left out. */
export function takenFrom({ partition, records }: Batch): Taken {
  const rows: Row[] = [];
  for (const record of records) {
    const { key: source, value: bytes } = record;
    if (isDerived(record)) continue;
    const at = isIdleMark(record) ? idleSince(record) : undefined;
    const head = at === undefined ? headOf(record) : undefined;
    if (at !== undefined) rows.push({ source, time: at, ingested: at, bytes: new Uint8Array() });
    else if (head !== undefined) {
      const { time } = eventTime({ timestamp: head.time, ingested: head.ingested });
      rows.push({ source, time, ingested: head.ingested, bytes });
    }
  }
  return pack(partition, (records.at(-1)?.position.offset ?? -1) + 1, rows);
}

/** Stored events for the thread, in order of time. */
export const takenOf = (events: readonly EcsEvent[]): Taken =>
  pack(
    0,
    0,
    events.map((event) => {
      const ingested = Date.parse(event.event.ingested);
      const { time } = eventTime({ timestamp: Date.parse(event['@timestamp']), ingested });
      return { source: 'stored', time, ingested, bytes: Buffer.from(JSON.stringify(event)) };
    }),
  );

function pack(partition: number, to: number, rows: readonly Row[]): Taken {
  const numbers = new Map<string, number>();
  const source = new Uint16Array(rows.length);
  const ends = new Uint32Array(rows.length);
  const bytes = new Uint8Array(rows.reduce((sum, row) => sum + row.bytes.length, 0));
  let end = 0;
  for (const [i, row] of rows.entries()) {
    const number = numbers.get(row.source) ?? numbers.size;
    numbers.set(row.source, number);
    source[i] = number;
    bytes.set(row.bytes, end);
    end += row.bytes.length;
    ends[i] = end;
  }
  return {
    ...{ partition, to, sources: [...numbers.keys()], source, bytes, ends },
    times: Float64Array.from(rows, ({ time }) => time),
    ingested: Float64Array.from(rows, ({ ingested }) => ingested),
  };
}

/** What moves to the thread rather than being copied. */
export const buffersOf = ({ source, times, ingested, bytes, ends }: Taken): ArrayBuffer[] =>
  [source, times, ingested, bytes, ends].map(({ buffer }) => buffer as ArrayBuffer);
