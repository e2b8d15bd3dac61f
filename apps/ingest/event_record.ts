import type { EcsEvent } from '@tidewatch/event';
import { mayComeAgain, type SourcePosition } from '@tidewatch/event/ids';
import type { IndexedEvent } from '@tidewatch/store';
import { decoded, type NewRecord, type StreamRecord } from '@tidewatch/stream';

const encoder = new TextEncoder();

/** Header of records whose event may come again under its id: the store must look for it. */
export const repeatableHeader = 'may-come-again';

/** How an event stands in the `events` stream: its JSON, keyed by its source so that a source keeps its order. */
export function encodeEvent(event: EcsEvent, position: SourcePosition): NewRecord {
  return {
    key: event.tidewatch.source,
    ...(mayComeAgain(position) ? { headers: { [repeatableHeader]: '1' } } : {}),
    value: encoder.encode(JSON.stringify(event)),
    decoded: event,
  };
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
