import type { JsonObject } from '@tidewatch/event';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { has } from '../../../../test/require.ts';
import { type BorrowedOpenSearch, borrowOpenSearch } from '../../../../test/services/borrow_opensearch.ts';
import { parseDataClasses } from '../../classes.ts';
import type { EventStore } from '../../contract.ts';
import {
  always,
  day,
  everyone,
  expired,
  indexed,
  kql,
  suiteClasses,
  suiteNow,
} from '../../fixtures.suite.ts';
import { partitionName, partitionPeriod } from '../../partition.ts';
import { connectOpenSearch, type OpenSearchConnection } from '../client.ts';
import { openSearchConfig } from '../config.ts';
import { eventIndex } from '../index_name.ts';
import { eventStore } from '../store.suite.ts';
import { eventTemplate, templateVersion } from '../template.ts';
import { shardsNeeded } from './cluster_needs.ts';
import { setupOpenSearch } from './setup.ts';

describe.runIf(has('opensearch'))('setting up a real OpenSearch', { timeout: 60_000 }, () => {
  let server: BorrowedOpenSearch;
  beforeAll(async () => {
    server = await borrowOpenSearch();
  }, 300_000);
  afterAll(() => server?.stop());
  afterEach(async () => {
    await ask('DELETE', '/tidewatch-*');
    await ask('DELETE', '/_index_template/tidewatch-*');
    await ask('PUT', '/_cluster/settings', { persistent: { '*': null } });
  });

  async function ask(method: string, path: string, body?: object) {
    const response = await fetch(server.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.json();
  }
  async function setUp(index: object = {}, dryRun = false) {
    const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url], index }));
    const { steps } = await setupOpenSearch(connection, suiteClasses, { dryRun, now: suiteNow });
    await connection.close();
    return steps;
  }
  const states = (steps: Awaited<ReturnType<typeof setUp>>, ...wanted: string[]) =>
    steps.filter(({ state }) => wanted.includes(state)).map(({ what, state }) => `${state} ${what}`);
  const all = () =>
    ask('GET', '/_cluster/state/metadata?filter_path=metadata.indices.*.state,metadata.index_template');

  it('is done once, and only looked at in a dry run', async () => {
    const before = await all();
    const dry = await setUp({}, true);
    expect(await all()).toEqual(before);
    const done = await setUp();
    const made = [
      'created index template tidewatch-events',
      'created index template tidewatch-alerts',
      'created index tidewatch-alerts',
      'created index template tidewatch-alert-changes',
      'created index tidewatch-alert-changes',
      'created index template tidewatch-partitions',
      'created index tidewatch-partitions',
    ];
    expect(states(dry, 'created', 'changed', 'refused')).toEqual(made);
    expect(states(done, 'created', 'changed', 'refused')).toEqual(made);
    const after = await all();
    expect(states(await setUp(), 'created', 'changed', 'later', 'refused')).toEqual([]);
    expect(await all()).toEqual(after);
    expect(states(done, 'lacking')).toEqual([
      'lacking retention by Index State Management',
      'lacking access',
    ]);
  });

  it('brings indices of older versions as near as can be', async () => {
    const template = eventTemplate(openSearchConfig.parse({ nodes: [server.url] })).body.template;
    const { analysis } = (template.settings as { index: { analysis: object } }).index;
    const [able, unable, unknown] = [
      eventIndex('short', '2024-05-01'),
      eventIndex('middle', '2024-w18'),
      eventIndex('gone', '2024-05-01'),
    ];
    await ask('PUT', `/${able}`, {
      settings: { analysis, codec: 'best_compression' },
      mappings: { properties: { message: { type: 'text', norms: false, analyzer: 'tidewatch_words' } } },
    });
    for (const index of [unable, unknown])
      await ask('PUT', `/${index}`, { mappings: { properties: { message: { type: 'keyword' } } } });
    const steps = await setUp({ refresh_interval: '7s' });
    expect(states(steps, 'changed', 'later', 'refused')).toEqual([
      'changed alias tidewatch-events',
      'changed mapping of events',
      'later mapping of events',
      'changed settings of events',
      'later settings of events',
      'refused class gone',
    ]);
    const found = await ask('GET', '/tidewatch-events');
    expect(Object.keys(found).sort()).toEqual([able, unable, unknown].sort());
    expect(found[able].mappings).toMatchObject({
      _meta: { template_version: templateVersion },
      properties: { event: { properties: { original: { analyzer: 'tidewatch_words' } } } },
    });
    expect(found[unable].settings.index.refresh_interval).toBe('7s');
    const again = states(await setUp({ refresh_interval: '7s' }), 'changed', 'later', 'refused');
    expect(again).toEqual(['later mapping of events', 'later settings of events', 'refused class gone']);
  });

  it('follows the settings, and leaves alone what a newer Tidewatch made', async () => {
    await setUp();
    expect(states(await setUp({ codec: 'default' }), 'changed')).toEqual([
      'changed index template tidewatch-events',
    ]);
    const { body } = eventTemplate(openSearchConfig.parse({ nodes: [server.url] }));
    const newer = {
      ...body,
      version: templateVersion + 1,
      template: { settings: { index: { codec: 'default' } } },
    };
    await ask('PUT', '/_index_template/tidewatch-events', newer);
    const steps = await setUp();
    expect(states(steps, 'changed')).toEqual([]);
    expect(steps[0]?.says).toContain('newer');
  });

  it('says what would get in the way', async () => {
    await setUp();
    const persistent = {
      'action.auto_create_index': '-tidewatch-events-*,+*',
      'cluster.max_shards_per_node': 20,
    };
    await ask('PUT', '/_cluster/settings', { persistent });
    expect(states(await setUp(), 'lacking')).toEqual([
      'lacking retention by Index State Management',
      'lacking room for shards',
      'lacking creation of indices',
      'lacking access',
    ]);
  });

  describe('with indices that are not as they should be', () => {
    let connection: OpenSearchConnection;
    let store: EventStore;
    beforeEach(async () => {
      connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url] }));
      await setupOpenSearch(connection, suiteClasses);
      store = eventStore(connection, suiteClasses, () => suiteNow);
    });
    afterEach(async () => {
      await store.close();
      await connection.close();
    });
    const write = async (fields: JsonObject) =>
      (await store.write([indexed(fields)])).map(({ status }) => status);
    const count = (query: string) => store.count({ query: kql(query), range: always }, everyone);

    it('keeps and finds what comes when one has all the fields it may', async () => {
      const many = Object.fromEntries(Array.from({ length: 1_986 }, (_, i) => [`g${i}`, 'v']));
      expect(await write({ many })).toEqual(['stored']);
      for (let i = 0; i < 3; i++)
        expect(await write({ late: { [`n${i}`]: `word${i}`, all: 'x' } })).toEqual(['stored']);
      expect(await write({ process: { name: 'sh' }, late: { all: 'y' }, host: { name: 'h7' } })).toEqual([
        'stored',
      ]);
      const queries: Readonly<Record<string, number>> = {
        'many.g1: v': 1,
        'late.n2: word2': 1,
        'late.all: (x or y)': 4,
        'not late.all: x': 2,
        'late.*: word1': 1,
        word2: 1,
        'late.n1: *': 1,
        'process.name: sh and host.name: h7': 1,
      };
      const found = await Promise.all(Object.keys(queries).map(async (query) => [query, await count(query)]));
      expect(Object.fromEntries(found)).toEqual(queries);
      expect(await store.topValues({ range: always, field: 'late.all', limit: 5 }, everyone)).toEqual([
        { value: 'x', count: 3 },
        { value: 'y', count: 1 },
      ]);
      const range = { from: suiteNow - 1_000, to: suiteNow + 1_000 };
      const split = await store.histogram({ range, stepMs: 2_000, split: 'late.all' }, everyone);
      expect(split.map(({ count, split }) => [count, { ...split }])).toContainEqual([5, { x: 3, y: 1 }]);
      expect(await store.fields(everyone)).not.toContain('late.n2');
    });

    it('keeps documents though one of them has the name of the mark, and any that are deep', async () => {
      const tidewatch = { source: 's', data_class: 'short', unmapped: true };
      expect(await write({ tidewatch, late: { a: 'x' } })).toEqual(['stored']);
      expect(await count('late.b: y')).toBe(0);
      const many = Object.fromEntries(Array.from({ length: 1_990 }, (_, i) => [`g${i}`, 'v']));
      expect(await write({ many })).toEqual(['stored']);
      expect(await write({ another: { one: 'x' }, more: { of: 'them' } })).toEqual(['stored']);
      const deep = (levels: number): JsonObject => (levels === 0 ? { end: 'x' } : { a: deep(levels - 1) });
      expect((await store.write([indexed(deep(29), { dataClass: 'middle' })]))[0]).toEqual({
        status: 'stored',
      });
    });

    it('keeps a document whose new field has values of several types', async () => {
      expect(await write({ mixed: { a: [5, 'five', true], b: ['x', 7.5] }, port: [80, 'any'] })).toEqual([
        'stored',
      ]);
      expect(await count('mixed.a: five and mixed.a: 5 and mixed.b: 7.5 and port: any')).toBe(1);
      expect(await write({ port: 443, mixed: { a: 'six' } })).toEqual(['stored']);
      expect(await count('port > 100')).toBe(1);
    });

    it('drops past partitions that somebody closed, and one that resists keeps no other', async () => {
      const days = [1, 2, 3].map((back) => suiteNow - back * day);
      await store.write(days.map((ingested) => indexed({}, { ingested })));
      const [, second, third] = days.map((at) => eventIndex('short', partitionName(at, 7 * day)));
      await ask('POST', `/${second}/_close`);
      await ask('PUT', `/${third}/_settings`, { index: { blocks: { read_only: true } } });
      const past = suiteNow + 7 * day;
      const told: unknown[] = [];
      const failing = store.expire(past, async ({ begins, what, records }) => {
        if (!begins) told.push([what, records]);
      });
      await expect(failing).rejects.toMatchObject({ code: 'OPENSEARCH_REFUSED' });
      expect(told.sort()).toEqual([
        ['partition 2024-05-13', 0],
        ['partition 2024-05-14', 1],
      ]);
      await ask('PUT', `/${third}/_settings`, { index: { blocks: { read_only: false } } });
      expect(await expired(store, past)).toMatchObject([{ what: 'partition 2024-05-12', records: 1 }]);
    });
  });
});

describe('the shards of a year', () => {
  /** Ten classes of one time to live. */
  const classesOf = (ttl: string) => {
    const rows = Array.from(
      { length: 10 },
      (_, i) => `  c${i}: { description: d, ttl: ${ttl}, readers: [a] }`,
    );
    const { all } = parseDataClasses(`classes:\n${rows.join('\n')}\napprovals: []`);
    return all.filter(({ name }) => /^c\d/.test(name));
  };

  it.each([
    ['365d', 132],
    ['180d', 272],
    ['30d', 312],
  ])('of ten classes kept for %s fit one node of 1,000', (ttl, most) => {
    const classes = classesOf(ttl);
    const [{ ttlMs }] = classes as [(typeof classes)[number]];
    // Counts the indices that are there, day by day, by what the writer makes and retention drops.
    const alive = new Map<string, number>();
    let highest = 0;
    for (let now = suiteNow; now < suiteNow + 800 * day; now += day) {
      for (const { name } of classes) {
        const partition = partitionName(now, ttlMs);
        alive.set(eventIndex(name, partition), partitionPeriod(partition)!.to + ttlMs);
      }
      for (const [index, end] of alive) if (end <= now) alive.delete(index);
      highest = Math.max(highest, alive.size);
      expect(alive.size + 2).toBeLessThanOrEqual(shardsNeeded(classes, now));
    }
    expect(highest + 2).toBe(most);
    expect(highest + 2).toBeLessThan(1_000);
    const { body } = eventTemplate(openSearchConfig.parse({ nodes: ['http://a'] }));
    expect(body.template.settings).toMatchObject({ index: { number_of_shards: '1' } });
  });
});
