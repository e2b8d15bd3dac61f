import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { describeAgreement } from '../../libs/store/agreement.suite.ts';
import type { DataClasses } from '../../libs/store/classes.ts';
import { describeCorpus } from '../../libs/store/corpus.suite.ts';
import { openDuckDbStore } from '../../libs/store/duckdb/index.ts';
import { openSearchForTests } from '../../libs/store/opensearch/store.suite.ts';
import { has } from '../require.ts';

/** The same hits in memory, DuckDB and OpenSearch on 10,000 documents. */
const size = { documents: 10_000, queries: 300, atOnce: 4, limitMs: 900_000, all: true };

async function openDuckDb(classes: DataClasses, now: number) {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-store-'));
  const store = await openDuckDbStore({ directory, classes, clock: () => now });
  return {
    store: store.events,
    reopen: async () => store.events,
    setTime: () => {},
    async dispose() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

describeCorpus('DuckDB', openDuckDb);
describeAgreement('DuckDB', openDuckDb, 'any', size);

describe.runIf(has('opensearch'))('on a real OpenSearch', () => {
  const { openEvents } = openSearchForTests();
  describeCorpus('OpenSearch', openEvents);
  describeAgreement('OpenSearch', openEvents, 'one', size);
});
