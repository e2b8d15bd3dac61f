import { afterAll, beforeAll, describe } from 'vitest';
import { has } from '../../../test/require.ts';
import { type BorrowedOpenSearch, borrowOpenSearch } from '../../../test/services/borrow_opensearch.ts';
import type { DataClasses } from '../classes.ts';
import { describeAlertStoreContract, type StoreHarness } from '../contract.suite.ts';
import type { AlertStore } from '../contract.ts';
import { alertChangeIndex, alertIndex, installAlertIndices } from './alert_index.ts';
import { createAlertStore } from './alerts.ts';
import { connectOpenSearch } from './client.ts';
import { openSearchConfig } from './config.ts';

describe.runIf(has('opensearch'))('alerts in a real OpenSearch', { timeout: 120_000 }, () => {
  let server: BorrowedOpenSearch;
  beforeAll(async () => {
    server = await borrowOpenSearch();
  }, 300_000);
  afterAll(() => server?.stop());

  async function open(classes: DataClasses, start: number): Promise<StoreHarness<AlertStore>> {
    let now = start;
    const connect = async () => {
      const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url] }));
      await installAlertIndices({ connection, dryRun: false });
      return { connection, store: createAlertStore({ connection, classes, clock: () => now }) };
    };
    let opened = await connect();
    const close = async () => {
      await opened.store.close();
      await opened.connection.close();
    };
    return {
      store: opened.store,
      async reopen() {
        await close();
        opened = await connect();
        return opened.store;
      },
      setTime(time) {
        now = time;
      },
      async dispose() {
        await close();
        await fetch(`${server.url}/${alertIndex},${alertChangeIndex}`, { method: 'DELETE' });
      },
    };
  }

  describeAlertStoreContract('OpenSearch', open);
});
