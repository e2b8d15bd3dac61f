import type { EcsEvent } from '@tidewatch/event';
import type { IndexedEvent } from '@tidewatch/store';
import {
  type BulkWriter,
  connectOpenSearch,
  createBulkWriter,
  installEventTemplate,
  type OpenSearchConnection,
  openSearchConfig,
} from '@tidewatch/store/opensearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { type RunningOpenSearch, startOpenSearch } from '../services/opensearch.ts';
import { classes, makeEvent } from './events.ts';
import { allFaults, startFaultProxy } from './proxy.ts';
import { account, impatient, startWriter } from './run.ts';
import { ask, storedIn } from './stored.ts';

/** An event that a test changed; without the bytes of what it was. */
function changed(n: number, change: (event: EcsEvent) => void): IndexedEvent {
  const { bytes: _, ...record } = makeEvent(n);
  change(record.event);
  return record;
}

describe.runIf(has('opensearch'))('the bulk writer on a real OpenSearch', () => {
  let server: RunningOpenSearch;
  let connection: OpenSearchConnection;
  let writer: BulkWriter;
  beforeAll(async () => {
    server = await startOpenSearch({ settings: { 'http.max_content_length': '1mb' } });
    connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url] }));
    await installEventTemplate(connection);
    writer = createBulkWriter({ connection, classes });
  }, 300_000);
  afterAll(async () => {
    await writer?.close();
    await connection?.close();
    await server?.stop();
  });
  const statuses = async (batch: readonly IndexedEvent[]) =>
    (await writer.write(batch)).map((one) => (one.status === 'rejected' ? one.reason : one.status));

  it('writes into the mapping of the template, which takes what comes', { timeout: 60_000 }, async () => {
    expect(connection.server).toMatchObject({ flavour: 'opensearch', major: 3 });
    await installEventTemplate(connection);
    const long = 'x'.repeat(40_000);
    expect(
      await statuses([
        changed(1, (event) => Object.assign(event, { weird: { ip: 'no address', number: 5 } })),
        changed(2, (event) => Object.assign(event, { weird: { ip: '::1', number: 'five', date: 'now' } })),
        changed(3, (event) => Object.assign(event.event, { original: long, reason: long })),
        changed(4, (event) => Object.assign(event, { host: 'a name where an object stands' })),
        changed(5, (event) => Object.assign(event, { '@timestamp': 'yesterday' })),
        changed(6, (event) => Object.assign(event, { '@timestamp': '2024-05-15' })),
        changed(7, (event) => Object.assign(event.event, { id: 'ä "quoted" \\ \u0001 id' })),
      ]),
    ).toEqual([
      ...['stored', 'stored', 'stored', 'mapper_parsing_exception'],
      ...['invalid_timestamp', 'stored', 'stored'],
    ]);
    expect(await statuses([makeEvent(1), makeEvent(8), makeEvent(8)])).toEqual([
      'already_there',
      'stored',
      'already_there',
    ]);
    type Indices = Record<string, { readonly mappings: { readonly properties: object } }>;
    const mapped = await ask<Indices>(server.url, '/tidewatch-events-short-2024-05-15/_mapping');
    expect(mapped['tidewatch-events-short-2024-05-15']?.mappings.properties).toMatchObject({
      '@timestamp': { type: 'date' },
      user: { properties: { name: { type: 'keyword', ignore_above: 1024 } } },
      source: { properties: { ip: { type: 'ip' }, port: { type: 'long' } } },
      message: { type: 'text' },
      event: { properties: { ingested: { type: 'date' }, original: { index: false, doc_values: false } } },
    });
  });

  it('finds the size of requests that the server takes', { timeout: 60_000 }, async () => {
    const outcomes = await statuses(Array.from({ length: 3_000 }, (_, i) => makeEvent(100 + i)));
    expect(new Set(outcomes)).toEqual(new Set(['stored']));
  });

  it('waits while the cluster has no room for another index', { timeout: 60_000 }, async () => {
    const limit = (shards: number) =>
      fetch(`${server.url}/_cluster/settings`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ persistent: { 'cluster.max_shards_per_node': shards } }),
      });
    await limit(1);
    const written = statuses([{ ...makeEvent(9), ingested: Date.UTC(2024, 6, 1) }]);
    await expect.poll(() => writer.problem()?.code, { timeout: 20_000 }).toBe('OPENSEARCH_REFUSED');
    await limit(1_000);
    expect(await written).toEqual(['stored']);
  });

  it('loses nothing and doubles nothing under every fault at once (R2)', { timeout: 120_000 }, async () => {
    const phase = { from: 10_000, count: 6_000 };
    const proxy = await startFaultProxy(server.url, 2);
    // A busy machine's OpenSearch takes seconds for what it does in milliseconds.
    const child = await startWriter(proxy.url, { ...impatient, timeout_ms: 2_000 });
    proxy.use(allFaults);
    const result = await child.run(phase);
    await child.stop();
    await proxy.close();
    const ended = account(phase, result, await storedIn(server.url), true);
    process.stdout.write(`ledger of OpenSearch: ${JSON.stringify({ ...ended, retries: result.retries })}\n`);
    expect(ended).toMatchObject({ lost: 0, double: 0, wronged: 0 });
    expect(ended.stored + ended.rejected).toBe(phase.count);
    expect(ended.rejected).toBeGreaterThan(0);
  });
});
