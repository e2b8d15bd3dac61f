import { describeBulkFaults } from '../faults/bulk.suite.ts';

/** Enough of them for every request to be as large as it may be, and a stall to last its 30 s. */
describeBulkFaults('R2 with the settings that ship', {
  config: {},
  load: { count: 200_000, batch: 2_000, writers: 16 },
  timeoutMs: 1_200_000,
});
