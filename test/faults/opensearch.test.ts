import { type EcsEvent, isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { IndexedEvent } from '@tidewatch/store';
import {
  type BulkWriter,
  connectOpenSearch,
  createBulkWriter,
  type OpenSearchConnection,
  openSearchConfig,
  setupOpenSearch,
} from '@tidewatch/store/opensearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EcsType, ecsFields } from '../../libs/normalize/ecs_fields.ts';
import { has } from '../require.ts';
import { type BorrowedOpenSearch, borrowOpenSearch } from '../services/borrow_opensearch.ts';
import { classes, indexed, makeEvent } from './events.ts';
import { allFaults, startFaultProxy } from './proxy.ts';
import { account, impatient, startWriter } from './run.ts';
import { ask, storedIn } from './stored.ts';

/** An event that a test changed. */
function changed(n: number, change: (event: EcsEvent) => void): IndexedEvent {
  const event = JSON.parse(Buffer.from(makeEvent(n).bytes).toString()) as EcsEvent;
  change(event);
  return indexed(event, n);
}

/** The same event, taken at another time. */
const takenAt = (record: IndexedEvent, ingested: number): IndexedEvent => ({
  ...record,
  head: { ...record.head, ingested },
});

function place(target: JsonObject, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) target[name] = value;
  else {
    if (!isObject(target[name])) target[name] = {};
    place(target[name] as JsonObject, rest, value);
  }
}

const mappedAt = (from: Json | undefined, path: readonly string[]): Json | undefined =>
  path
    .flatMap((name) => ['properties', name])
    .reduce((at, name) => (isObject(at) ? at[name] : undefined), from);

describe.runIf(has('opensearch'))('the bulk writer on a real OpenSearch', { timeout: 120_000 }, () => {
  let server: BorrowedOpenSearch;
  let connection: OpenSearchConnection;
  let writer: BulkWriter;
  beforeAll(async () => {
    server = await borrowOpenSearch({ settings: { 'http.max_content_length': '1mb' } });
    const bulk = { retry_ms: { first: 100, most: 500 } };
    connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url], bulk }));
    await setupOpenSearch(connection, classes);
    writer = createBulkWriter({ connection, classes });
  }, 300_000);
  afterAll(async () => {
    await writer?.close();
    await connection?.close();
    await server?.stop();
  });
  const statuses = async (batch: readonly IndexedEvent[]) =>
    (await writer.write(batch)).map((one) => (one.status === 'rejected' ? one.reason : one.status));

  it('writes into the mapping of the template, which takes what comes', async () => {
    expect(connection.server).toMatchObject({ flavour: 'opensearch', major: 3 });
    await setupOpenSearch(connection, classes);
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
      user: { properties: { name: { type: 'keyword', ignore_above: 8_191 } } },
      source: { properties: { ip: { type: 'ip' }, port: { type: 'long' } } },
      message: { type: 'text' },
      event: { properties: { ingested: { type: 'date' }, original: { type: 'text' } } },
      tidewatch: { properties: { words: { type: 'text' } } },
    });
  });

  it('gives the fields of ECS their types', async () => {
    const examples: Partial<Record<EcsType, [value: Json, mapped: object]>> = {
      date: ['2024-05-15T12:00:00.000Z', { type: 'date' }],
      ip: ['192.0.2.7', { type: 'ip' }],
      geo_point: [{ lat: 1.5, lon: 2.5 }, { type: 'geo_point' }],
      // As a whole number, which says nothing of fractions to come.
      float: [7, { type: 'double' }],
      double: [7, { type: 'double' }],
      scaled_float: [1, { type: 'double' }],
      long: [7, { type: 'long' }],
      integer: [7, { type: 'long' }],
      // What is no truth value would be lost in a boolean without a trace.
      boolean: [true, { type: 'keyword' }],
      wildcard: ['x'.repeat(5_000), { type: 'keyword', ignore_above: 8_191 }],
    };
    const fields = Object.entries(examples).flatMap(([type, [value, mapped]]) =>
      ecsFields[type as EcsType].split(' ').map((field) => ({ path: field.split('.'), value, mapped })),
    );
    const record = changed(10, (event) => {
      for (const { path, value } of fields) if (path[0] !== '@timestamp') place(event, path, value);
    });
    expect(await statuses([takenAt(record, Date.UTC(2024, 3, 1))])).toEqual(['stored']);
    const index = 'tidewatch-events-short-2024-04-01';
    const mapping = await ask<Record<string, { readonly mappings: JsonObject }>>(
      server.url,
      `/${index}/_mapping`,
    );
    const typesOf = (at: (path: readonly string[], mapped: object) => unknown) =>
      fields.map(({ path, mapped }) => [path.join('.'), at(path, mapped)]);
    expect(typesOf((path) => mappedAt(mapping[index]?.mappings, path))).toEqual(
      typesOf((_, mapped) => expect.objectContaining(mapped)),
    );
  });

  it('finds the size of requests that the server takes', async () => {
    const outcomes = await statuses(Array.from({ length: 2_000 }, (_, i) => makeEvent(100 + i)));
    expect(new Set(outcomes)).toEqual(new Set(['stored']));
  });

  it('waits while the cluster has no room for another index', async () => {
    const limit = (shards: number) =>
      fetch(`${server.url}/_cluster/settings`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ persistent: { 'cluster.max_shards_per_node': shards } }),
      });
    await limit(1);
    const written = statuses([takenAt(makeEvent(9), Date.UTC(2024, 6, 1))]);
    await expect.poll(() => writer.problem()?.code, { timeout: 20_000 }).toBe('OPENSEARCH_REFUSED');
    await limit(1_000);
    expect(await written).toEqual(['stored']);
  });

  it('loses nothing and doubles nothing under every fault at once (R2)', async () => {
    const phase = { from: 10_000, count: 3_000 };
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
