import type { EncodedEvent, EventHead } from '@tidewatch/event';
import { mayComeAgain, type SourcePosition } from '@tidewatch/event/ids';
import type { IndexedEvent } from '@tidewatch/store';
import type { NewRecord, StreamRecord } from '@tidewatch/stream';
import { headOf, repeatableHeader } from '@tidewatch/window';

const repeatable = Object.freeze({ [repeatableHeader]: '1' });

/** An event as bytes. */
export interface EventBytes {
  readonly head: EventHead;
  readonly bytes: Uint8Array;
}

export const asBytes = ({ head, json }: EncodedEvent): EventBytes => ({ head, bytes: toBytes(json) });

/** How an event stands in the `events` stream: its JSON, keyed by its source so that a source keeps its order. */
export function toRecord(
  { head, bytes: value }: EventBytes,
  source: string,
  position: SourcePosition,
): NewRecord {
  return mayComeAgain(position)
    ? { key: source, headers: repeatable, value, decoded: head }
    : { key: source, value, decoded: head };
}

const slabBytes = 256 * 1024;
let slab: Buffer = Buffer.alloc(0);
let slabUsed = 0;

/** In memory that many events share: to ask for a piece of its own for each costs more than to fill it. */
function toBytes(text: string): Uint8Array {
  // What UTF-8 may take; to count it first would cost as much as to write it.
  const most = text.length * 3;
  if (most > slabBytes / 16) return Buffer.from(text);
  if (most > slab.length - slabUsed) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    slabUsed = 0;
  }
  const start = slabUsed;
  slabUsed += slab.write(text, start);
  // A Buffer would take twice as long to make.
  return new Uint8Array(slab.buffer, start, slabUsed - start);
}

/** What the store is given of a record; undefined where it holds no event. */
export function toIndexed(record: StreamRecord): IndexedEvent | undefined {
  const head = headOf(record);
  if (head === undefined) return undefined;
  const { position, headers, value: bytes } = record;
  return { position, head, senderChosenId: headers[repeatableHeader] === '1', bytes };
}
