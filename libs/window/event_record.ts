import { type EventHead, readHead } from '@tidewatch/event';
import type { StreamRecord } from '@tidewatch/stream';

/**
 * The head of a record of the events stream; undefined for an idle mark, and for a value that does not begin as an event. A
 * stage passes the latter by, so that it can't stop those behind it: the indexer puts it among the dead letters.
 */
export function headOf({ decoded, value }: StreamRecord): EventHead | undefined {
  // Who appends events hands their heads over.
  if (decoded !== undefined) return decoded as EventHead;
  return value.length === 0 ? undefined : readHead(value);
}
