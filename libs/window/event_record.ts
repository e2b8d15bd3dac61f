import { type EventHead, readHead } from '@tidewatch/event';
import type { StreamRecord } from '@tidewatch/stream';

/** Header of records whose event may come again under its id: the store must look for it. */
export const repeatableHeader = 'may-come-again';
const derivedHeader = 'derived';

/**
 * Headers of the record of an event that Tidewatch concluded from others, such as a score. It is stored as all are; who looks
 * at what sources say passes it by, and it is no sign of how far their time has come.
 */
export const derivedHeaders = Object.freeze({ [repeatableHeader]: '1', [derivedHeader]: '1' });

export const isDerived = ({ headers }: StreamRecord): boolean => headers[derivedHeader] !== undefined;

/**
 * The head of a record of the events stream; undefined for an idle mark, and for a value that does not begin as an event. A
 * stage passes the latter by, so that it can't stop those behind it: the indexer puts it among the dead letters.
 */
export function headOf({ decoded, value }: StreamRecord): EventHead | undefined {
  // Who appends events hands their heads over.
  if (decoded !== undefined) return decoded as EventHead;
  return value.length === 0 ? undefined : readHead(value);
}
