import type { EventMatch } from '@tidewatch/event';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFaultProxy } from '../../../test/faults/proxy.ts';
import { has } from '../../../test/require.ts';
import { type BorrowedOpenSearch, borrowOpenSearch } from '../../../test/services/borrow_opensearch.ts';
import type { AlertEffect, AlertStore } from '../contract.ts';
import { always, everyone, everything, kql, suiteClasses } from '../fixtures.suite.ts';
import { alertChangeIndex, alertIndex, installAlertIndices } from './alert_index.ts';
import { matchesOf, matchOf } from './alert_matches.suite.ts';
import { createAlertStore } from './alerts.ts';
import { connectOpenSearch, type OpenSearchConnection } from './client.ts';
import { openSearchConfig } from './config.ts';

const batchesOf = (matches: readonly EventMatch[], size: number): EventMatch[][] =>
  Array.from({ length: Math.ceil(matches.length / size) }, (_, i) => matches.slice(i * size, (i + 1) * size));

describe.runIf(has('opensearch'))('alerts that several processes share', { timeout: 120_000 }, () => {
  let server: BorrowedOpenSearch;
  let connections: OpenSearchConnection[] = [];
  beforeAll(async () => {
    server = await borrowOpenSearch();
  }, 300_000);
  afterAll(() => server?.stop());

  async function openStore(url = server.url, more: object = {}): Promise<AlertStore> {
    const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [url], ...more }));
    connections.push(connection);
    await installAlertIndices({ connection, dryRun: false });
    return createAlertStore({ connection, classes: suiteClasses });
  }
  let store: AlertStore;
  beforeEach(async () => {
    store = await openStore();
  });
  afterEach(async () => {
    for (const connection of connections) await connection.close();
    connections = [];
    await fetch(`${server.url}/${alertIndex},${alertChangeIndex}`, { method: 'DELETE' });
  });

  const all = async () =>
    (await store.search({ range: always, sort: 'oldest', limit: 1_000 }, everyone)).items;
  const found = async (query: string) =>
    (await store.search({ query: kql(query), range: always, sort: 'oldest', limit: 10 }, everyone)).items.map(
      ({ detector }) => detector.id,
    );

  /** What others wrote shows within a second. */
  const settled = (counts: readonly number[]) =>
    expect.poll(async () => (await all()).map(({ count }) => count), { timeout: 5_000 }).toEqual(counts);

  /** Gives a store batch after batch, as a consumer of the stream does: what failed comes again. */
  async function feed(into: AlertStore, matches: readonly EventMatch[]): Promise<AlertEffect[]> {
    const effects: AlertEffect[] = [];
    for (const batch of batchesOf(matches, 50)) {
      for (;;) {
        const done = await into.apply(batch).catch(() => undefined);
        if (done === undefined) continue;
        effects.push(...done);
        break;
      }
    }
    return effects;
  }

  it('counts every match once when they write the same alerts at once', async () => {
    const stores = await Promise.all([openStore(), openStore(), openStore(), openStore()]);
    // Of the last partition two believe that it is theirs, as after a rebalance.
    const partitions = [0, 1, 2, 2];
    const effects = await Promise.all(stores.map((one, i) => feed(one, matchesOf(120, 20, partitions[i]))));
    await settled(Array(20).fill(18));
    const created = effects.flat().filter(({ effect }) => effect === 'created');
    expect(new Set(created.map(({ alert }) => alert.id)).size).toBe(20);
    expect(created).toHaveLength(20);
  });

  it('loses nothing that people do while matches join', async () => {
    const [first] = matchesOf(1, 1);
    const [effect] = await store.apply([first as EventMatch]);
    const id = effect?.alert.id as string;
    const detector = await openStore();
    const joining = feed(detector, matchesOf(1_000, 1).slice(1));
    for (const name of ['ann', 'ben', 'cleo', 'dan'])
      expect(
        (await store.change([{ id }], { action: 'note', note: name }, everything(name))).conflicts,
      ).toEqual([]);
    await joining;
    const alert = await store.get(id, everyone);
    expect(alert?.count).toBe(1_000);
    expect(alert?.history.map(({ note }) => note)).toEqual([undefined, 'ann', 'ben', 'cleo', 'dan']);
  });

  it('counts right through refusals, broken connections and lost answers', async () => {
    const proxy = await startFaultProxy(server.url, 4);
    const shaky = await openStore(proxy.url, { timeout_ms: 1_500 });
    proxy.use([
      'request_429',
      'request_503',
      'item_429',
      'reset_request',
      'reset_answer',
      'truncated',
      'stall',
    ]);
    const effects = await feed(shaky, matchesOf(600, 10));
    expect(proxy.injected.size).toBe(7);
    await proxy.close();
    await settled(Array(10).fill(60));
    // Who opened an alert hears of it, even where the answer was lost.
    expect(effects.filter(({ effect }) => effect === 'created')).toHaveLength(10);
  });

  it('keeps alerts whose events no mapping takes', async () => {
    await store.apply([matchOf('fine', 1)]);
    let deep: object = { leaf: true };
    for (let depth = 0; depth < 40; depth++) deep = { deep };
    const shapes = {
      'a name': { host: 'a name where an object stands' },
      'no name': { '': { '': 'x' } },
      depth: { deep: deep as never },
      many: { many: Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`field${i}`, i])) },
      surrogate: { '\ud800': 'a lone half', text: '\udc00' },
      long: { text: 'x'.repeat(200_000) },
    };
    const matches = Object.entries(shapes).map(([rule, fields], i) => matchOf(rule, i + 2, 0, fields));
    expect(await store.apply(matches)).toHaveLength(6);
    for (const match of matches) {
      const [rule] = [match.detector.id];
      expect(await found(`rule.id: "${rule}" and engine: sigma`)).toEqual([rule]);
    }
    for (const { id, detector } of await all()) {
      const match = [...matches, matchOf('fine', 1)].find((one) => one.detector.id === detector.id);
      expect((await store.get(id, everyone))?.matches[0]?.event).toEqual(match?.event);
    }
    expect(await store.apply(matches)).toEqual([]);
  });

  it('answers exactly what its index cannot', async () => {
    await store.apply([
      matchOf('a', 1, 0, { process: { command_line: 'cmd /c WhoAmI /all' } }),
      matchOf('b', 2, 0, {
        threat: {
          indicator: [
            { ip: '1.2.3.4', type: 'x' },
            { ip: '5.6.7.8', type: 'y' },
          ],
        },
      }),
    ]);
    expect(await found('process.command_line: /who(ami|is)\\s/i')).toEqual(['a']);
    expect(await found('threat.indicator: { ip: 1.2.3.4 and type: x }')).toEqual(['b']);
    expect(await found('threat.indicator: { ip: 1.2.3.4 and type: y }')).toEqual([]);
    const query = kql('not process.command_line: /whois/');
    expect(await store.count({ query, range: always }, everyone)).toBe(2);
    expect(await store.totals({ query, range: always }, everyone)).toEqual([
      { level: 'high', status: 'open', count: 2 },
    ]);
  });
});
