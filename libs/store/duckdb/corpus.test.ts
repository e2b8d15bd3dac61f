import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataClasses } from '../classes.ts';
import { describeCorpus } from '../corpus.suite.ts';
import { openDuckDbStore } from './index.ts';

// All of it is asked in test/long.
const open = async (classes: DataClasses, now: number) => {
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
};

describeCorpus('DuckDB', open, 10);
