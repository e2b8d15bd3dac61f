import type { EventMatch } from '@tidewatch/event';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jobOf } from '../../libs/store/alert_jobs.suite.ts';
import type { AlertStore } from '../../libs/store/contract.ts';
import { always, everyone, everything, kql, only, suiteClasses } from '../../libs/store/fixtures.suite.ts';
import {
  alertChangeIndex,
  alertIndex,
  installAlertIndices,
} from '../../libs/store/opensearch/alert_index.ts';
import { matchesOf, matchOf } from '../../libs/store/opensearch/alert_matches.suite.ts';
import { createAlertStore } from '../../libs/store/opensearch/alerts.ts';
import { connectOpenSearch, type OpenSearchConnection } from '../../libs/store/opensearch/client.ts';
import { openSearchConfig } from '../../libs/store/opensearch/config.ts';
import { startFaultProxy } from '../faults/proxy.ts';
import { has } from '../require.ts';
import { type RunningOpenSearch, startOpenSearch } from '../services/opensearch.ts';

const close = { action: 'close', reason: 'true_positive' } as const;

describe.runIf(has('opensearch'))('alerts under attack', { timeout: 120_000 }, () => {
  let server: RunningOpenSearch;
  let store: AlertStore;
  let connections: OpenSearchConnection[] = [];
  beforeAll(async () => {
    server = await startOpenSearch();
  }, 300_000);
  afterAll(() => server?.stop());

  async function openStore(url = server.url, more: object = {}): Promise<AlertStore> {
    const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [url], ...more }));
    connections.push(connection);
    await installAlertIndices({ connection, dryRun: false });
    return createAlertStore({ connection, classes: suiteClasses });
  }
  beforeEach(async () => {
    store = await openStore();
  });
  afterEach(async () => {
    for (const connection of connections) await connection.close();
    connections = [];
    await fetch(`${server.url}/${alertIndex},${alertChangeIndex}`, { method: 'DELETE' });
  });

  const idsOf = async (matches: readonly EventMatch[]): Promise<string[]> =>
    (await store.apply(matches)).map(({ alert }) => alert.id);
  const titles = async (at: AlertStore, query: string) =>
    (await at.search({ query: kql(query), range: always, sort: 'oldest', limit: 10 }, everyone)).items.map(
      ({ detector }) => detector.id,
    );

  it('takes one of many decisions on the same version, and tells the others', async () => {
    const [id = ''] = await idsOf([matchOf('a', 1)]);
    const stores = await Promise.all([openStore(), openStore(), openStore()]);
    const changes = await Promise.all(
      [...stores, ...stores].map((one, i) =>
        one.change([{ id, version: 1 }], close, everything(`person ${i}`)),
      ),
    );
    expect(changes.filter(({ changed }) => changed.length === 1)).toHaveLength(1);
    expect(changes.filter(({ conflicts }) => conflicts.length === 1)).toHaveLength(5);
    expect(await store.get(id, everyone)).toMatchObject({ version: 2, history: { length: 2 } });
  });

  it('decides once where answers are lost and matches join meanwhile', async () => {
    const [id = ''] = await idsOf([matchOf('a', 1)]);
    const proxy = await startFaultProxy(server.url, 5);
    const shaky = await openStore(proxy.url, { timeout_ms: 1_500 });
    proxy.use(['reset_answer', 'truncated']);
    const names = Array.from({ length: 12 }, (_, i) => `note ${i}`);
    const joining = (async () => {
      for (const match of matchesOf(60, 1).slice(2))
        await store.apply([{ ...match, detector: matchOf('a', 1).detector }]);
    })();
    for (const [i, note] of names.entries()) {
      const change = shaky.change([{ id, version: i + 1 }], { action: 'note', note }, everything('ann'));
      expect((await change).conflicts).toEqual([]);
    }
    await joining;
    await proxy.close();
    expect(proxy.injected.size).toBe(2);
    const alert = await store.get(id, everyone);
    expect(alert?.history.flatMap(({ note }) => note ?? [])).toEqual(names);
    expect(alert).toMatchObject({ version: 13, count: 59 });
  });

  it('shows a decision to whoever reads next, in any process', async () => {
    const other = await openStore();
    for (let round = 0; round < 5; round++) {
      const [id = ''] = await idsOf([matchOf(`r${round}`, round)]);
      expect(await titles(store, `rule.id: r${round}`)).toEqual([`r${round}`]);
      await store.change([{ id }], close, everything('ann'));
      expect(await titles(other, `rule.id: r${round} and status: closed`)).toEqual([`r${round}`]);
      expect((await other.get(id, everyone))?.status).toBe('closed');
    }
  });

  it('does a job’s part once where two processes work on it', async () => {
    const ids = await idsOf(Array.from({ length: 80 }, (_, i) => matchOf(`r${i}`, i)));
    const part = { job: jobOf('j'), alerts: ids.map((id) => ({ id, version: 1 })) };
    const counts = await Promise.all(
      [store, await openStore(), await openStore()].map((one) => one.jobs.work(part)),
    );
    expect(counts).toEqual(Array(3).fill({ changed: 80, same: 0, conflicts: 0, gone: 0 }));
    for (const id of ids.slice(0, 10))
      expect(await store.get(id, everyone)).toMatchObject({ version: 2, history: { length: 2 } });
  });

  it('keeps megabytes of evidence out of lists and decisions', async () => {
    const large = matchesOf(10, 1).map((match, i) => ({
      ...match,
      event: { ...match.event, message: 'm', padding: `${i}`.repeat(900_000) },
    }));
    const [id = ''] = await idsOf(large);
    const { items } = await store.search({ range: always, sort: 'newest', limit: 10 }, everyone);
    expect(JSON.stringify(items).length).toBeLessThan(5_000);
    expect((await store.change([{ id, version: 1 }], close, everything('ann'))).conflicts).toEqual([]);
    expect(await store.apply([{ ...matchOf('rule 0', 99) }])).toMatchObject([
      { effect: 'reopened', alert: { count: 11 } },
    ]);
    expect((await store.get(id, everyone))?.matches).toHaveLength(10);
  });

  it('believes nothing that an event says of the alert', async () => {
    const fields = {
      id: { of: 'another' },
      status: 'closed',
      assignee: 'eve',
      count: 'many',
      tidewatch_alert: { alert: '{"id":"forged"}', data_class: 'middle', finality: 'withdrawn', version: 99 },
      constructor: { prototype: 1 },
      'a.b': 1,
      ...(JSON.parse('{"__proto__":{"status":"closed"}}') as object),
    };
    const [id = ''] = await idsOf([matchOf('forged', 1, 0, fields)]);
    expect(await store.get(id, only('short'))).toMatchObject({
      id,
      status: 'open',
      version: 1,
      finality: 'provisional',
    });
    expect(await store.get(id, only('middle'))).toBeUndefined();
    expect(await store.count({ range: always }, only('middle'))).toBe(0);
    expect(await titles(store, 'rule.id: forged and status: open and not assignee: *')).toEqual(['forged']);
    expect((await store.change([{ id, version: 1 }], close, everything('ann'))).conflicts).toEqual([]);
    expect(await titles(store, 'status: closed')).toEqual(['forged']);
  });

  it('goes on where somebody deletes the index under it', async () => {
    await idsOf([matchOf('a', 1)]);
    await fetch(`${server.url}/${alertIndex}`, { method: 'DELETE' });
    await expect(titles(store, '*')).rejects.toMatchObject({ code: expect.stringMatching(/^OPENSEARCH_/) });
    expect(await store.apply([matchOf('b', 2)])).toMatchObject([{ effect: 'created' }]);
    expect(await titles(store, 'status: open')).toEqual(['b']);
  });
});
