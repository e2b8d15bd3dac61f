import type { RawRecord } from '@tidewatch/plugin';

/** How much the sessions of one input hold together. */
export interface Budget {
  /** Counts a command, and its record if it has one. */
  take(record: RawRecord | undefined): void;
  give(record: RawRecord | undefined): void;
  readonly full: boolean;
}

/** What a command costs beside its bytes. */
const overhead = 256;

/** @param drained called when the budget was full and is not any more */
export function createBudget(maxBytes: number, drained: () => void): Budget {
  let bytes = 0;
  const costOf = (record: RawRecord | undefined) => (record?.bytes.length ?? 0) + overhead;
  return {
    take(record) {
      bytes += costOf(record);
    },
    give(record) {
      const wasFull = bytes >= maxBytes;
      bytes -= costOf(record);
      if (wasFull && bytes < maxBytes) drained();
    },
    get full() {
      return bytes >= maxBytes;
    },
  };
}
