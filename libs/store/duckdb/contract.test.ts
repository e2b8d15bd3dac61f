import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataClasses } from '../classes.ts';
import {
  describeAgreement,
  describeAlertStoreContract,
  describeEventStoreContract,
  type StoreHarness,
} from '../contract.suite.ts';
import { type DuckDbStore, openDuckDbStore } from './index.ts';

async function open<Store>(
  pick: (store: DuckDbStore) => Store,
  classes: DataClasses,
  start: number,
  thread?: URL,
): Promise<StoreHarness<Store>> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-store-'));
  let now = start;
  const openAgain = () =>
    openDuckDbStore({ directory, classes, clock: () => now, ...(thread && { thread }) });
  let store = await openAgain();
  return {
    store: pick(store),
    async reopen() {
      await store.close();
      store = await openAgain();
      return pick(store);
    },
    setTime(time) {
      now = time;
    },
    async dispose() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

const engineThread = new URL('./engine_thread.ts', import.meta.url);

describeEventStoreContract('DuckDB in a thread', (classes, now) =>
  open(({ events }) => events, classes, now, engineThread),
);
describeAlertStoreContract('DuckDB', (classes, now) => open(({ alerts }) => alerts, classes, now));
describeAgreement('DuckDB', (classes, now) => open(({ events }) => events, classes, now), 'any');
