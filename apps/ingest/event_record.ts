import type { EcsEvent } from '@tidewatch/event';
import { isSenderChosen, type SourcePosition } from '@tidewatch/event/ids';
import type { IndexedEvent } from '@tidewatch/store';
import { decoded, type NewRecord, type StreamRecord } from '@tidewatch/stream';

/** How an event stands in the `events` stream: its JSON, keyed by its source so that a source keeps its order. */
const encoder = new TextEncoder();

/** Header of records whose event id the sender chose: the store must look for it. */
const senderIdHeader = 'sender-id';

export function encodeEvent(event: EcsEvent, position: SourcePosition): NewRecord {
  return {
    key: event.tidewatch.source,
    ...(isSenderChosen(position) ? { headers: { [senderIdHeader]: '1' } } : {}),
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
    senderChosenId: record.headers[senderIdHeader] === '1',
    event,
  };
}
