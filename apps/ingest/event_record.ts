import type { EcsEvent } from '@tidewatch/event';
import { mayComeAgain, type SourcePosition } from '@tidewatch/event/ids';
import type { IndexedEvent } from '@tidewatch/store';
import { decoded, type NewRecord, type StreamRecord } from '@tidewatch/stream';

/** Header of records whose event may come again under its id: the store must look for it. */
export const repeatableHeader = 'may-come-again';

const repeatable = Object.freeze({ [repeatableHeader]: '1' });

/**
 * How an event stands in the `events` stream: its JSON, keyed by its source so that a source keeps its order.
 *
 * @param json the event as `JSON.stringify` gives it, in ASCII, where it is at hand
 */
export function encodeEvent(event: EcsEvent, position: SourcePosition, json?: string): NewRecord {
  const key = event.tidewatch.source;
  const value = json === undefined ? utf8(JSON.stringify(event)) : ascii(json);
  return mayComeAgain(position)
    ? { key, headers: repeatable, value, decoded: event }
    : { key, value, decoded: event };
}

const slabBytes = 256 * 1024;
let slab: Buffer = Buffer.alloc(0);
let slabUsed = 0;

/** Room in memory that many events share: to ask for a piece of its own for each costs more than to fill it. */
function room(bytes: number): Buffer {
  if (bytes > slabBytes / 16) return Buffer.allocUnsafeSlow(bytes);
  if (bytes > slab.length - slabUsed) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    slabUsed = 0;
  }
  slabUsed += bytes;
  return slab.subarray(slabUsed - bytes, slabUsed);
}

function ascii(text: string): Uint8Array {
  const bytes = room(text.length);
  bytes.write(text, 0, 'latin1');
  return bytes;
}

function utf8(text: string): Uint8Array {
  const bytes = room(Buffer.byteLength(text));
  bytes.write(text, 0, 'utf8');
  return bytes;
}

export function toIndexed(record: StreamRecord): IndexedEvent {
  const event = decoded<EcsEvent>(record);
  return {
    position: record.position,
    dataClass: event.tidewatch.data_class,
    ingested: Date.parse(event.event.ingested),
    senderChosenId: record.headers[repeatableHeader] === '1',
    event,
    bytes: record.value,
  };
}
