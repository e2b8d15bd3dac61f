import type { StreamRecord } from '@tidewatch/stream';

/** Bytes that one read should bring: letters may be as large as the log takes records. */
const readBytes = 4 * 1024 * 1024;
/** What a read brings is decoded, and its outcomes are encoded, without a pause. */
const mostRecords = 250;
const firstRecords = 16;

/** How many records to read at once, from how large the last ones were. */
export function createReadSize() {
  let records = firstRecords;
  return {
    records: () => records,
    learn(found: readonly StreamRecord[]): void {
      const bytes = found.reduce((sum, { value }) => sum + value.length, 1);
      records = Math.max(1, Math.min(mostRecords, Math.floor((readBytes * found.length) / bytes)));
    },
  };
}
