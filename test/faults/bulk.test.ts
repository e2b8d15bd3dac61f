import { describeBulkFaults } from './bulk.suite.ts';
import { impatient } from './run.ts';

describeBulkFaults('events survive what can happen between Tidewatch and OpenSearch (R2)', {
  config: impatient,
  load: { count: 5_000, batch: 250, writers: 8 },
  timeoutMs: 60_000,
});
