import { afterAll, beforeAll } from 'vitest';
import { type BorrowedOpenSearch, borrowOpenSearch } from '../../../test/services/borrow_opensearch.ts';
import type { DataClasses } from '../classes.ts';
import type { EventStore } from '../contract.ts';
import { type OpenHarness, suiteClasses } from '../fixtures.suite.ts';
import { createBulkWriter } from './bulk/writer.ts';
import { connectOpenSearch, type OpenSearchConnection } from './client.ts';
import { openSearchConfig } from './config.ts';
import { createEventReader } from './events.ts';
import { setupOpenSearch } from './setup/setup.ts';

/** A node for the tests of a file, and events on it as the suites open them. */
export function openSearchForTests() {
  let server: BorrowedOpenSearch;
  let connection: OpenSearchConnection;
  beforeAll(async () => {
    server = await borrowOpenSearch();
    const bulk = { linger_ms: 5, retry_ms: { first: 50, most: 500 } };
    connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url], bulk }));
    await setupOpenSearch(connection, suiteClasses);
  }, 300_000);
  afterAll(async () => {
    await connection?.close();
    await server?.stop();
  });

  const openEvents: OpenHarness<EventStore> = async (classes, start) => {
    const path = '/tidewatch-events-*,tidewatch-partitions';
    const querystring = { ignore_unavailable: true };
    await connection.client.transport.request({ method: 'DELETE', path, querystring });
    let now = start;
    const open = () => eventStore(connection, classes, () => now);
    let store = open();
    return {
      store,
      async reopen() {
        await store.close();
        store = open();
        return store;
      },
      setTime(time) {
        now = time;
      },
      dispose: () => store.close(),
    };
  };
  return { connection: () => connection, openEvents };
}

/** Shows what was written at once, which the product leaves to the refresh of every five seconds. */
export function eventStore(
  connection: OpenSearchConnection,
  classes: DataClasses,
  clock: () => number,
): EventStore {
  const writer = createBulkWriter({ connection, classes });
  return {
    ...createEventReader({ connection, classes, clock }),
    async write(batch) {
      const outcomes = await writer.write(batch);
      await connection.client.transport.request({ method: 'POST', path: '/tidewatch-events-*/_refresh' });
      return outcomes;
    },
    close: () => writer.close(),
  };
}
