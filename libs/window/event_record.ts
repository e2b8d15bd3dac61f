import { type EcsEvent, isEcsEvent } from '@tidewatch/event';
import { decoded, type StreamRecord } from '@tidewatch/stream';

/**
 * The event of a record of the events stream; undefined for an idle mark, and for a value that is no event. A stage
 * passes the latter by, so that it can't stop those behind it: the indexer puts it among the dead letters.
 */
export function eventOf(record: StreamRecord): EcsEvent | undefined {
  if (record.value.length === 0) return undefined;
  try {
    const value = decoded<unknown>(record);
    return isEcsEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
