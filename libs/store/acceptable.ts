import type { DataClasses } from './classes.ts';
import type { IndexedEvent, WriteOutcome } from './contract.ts';

/** The last millisecond of the year 9999. */
const latest = 253_402_300_799_999;

/** Why no store can ever take the record; undefined where it can. */
export function acceptable({ head, position }: IndexedEvent, classes: DataClasses): WriteOutcome | undefined {
  if (classes.get(head.dataClass) === undefined)
    return reject('unknown_class', `There is no data class ${head.dataClass}.`);
  if (head.id === '') return reject('no_id', 'The event has no event.id.');
  if (!Number.isSafeInteger(head.time) || Math.abs(head.time) > latest)
    return reject('invalid_timestamp', '@timestamp must be an ISO 8601 time.');
  if (!Number.isSafeInteger(head.ingested) || head.ingested < 0 || head.ingested > latest)
    return reject('invalid_ingested', 'The ingestion time is out of range.');
  if (!Number.isSafeInteger(position.offset))
    return reject('invalid_position', 'The position is not a whole number.');
  return undefined;
}

const reject = (reason: string, message: string): WriteOutcome => ({ status: 'rejected', reason, message });
