import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataClasses } from '../classes.ts';
import type { StoreHarness } from '../contract.suite.ts';
import type { EventStore } from '../contract.ts';
import { type DuckDbStore, openDuckDbStore } from './index.ts';

/** A store of a suite, on a folder of its own. */
export async function open<Store>(
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

/** A store that seals each partition as soon as it was written to; what comes later stands beside. */
export function sealing({ events, seal }: DuckDbStore): EventStore {
  return {
    ...events,
    async write(batch) {
      const outcomes = await events.write(batch);
      await seal(Number.MAX_SAFE_INTEGER);
      return outcomes;
    },
  };
}
