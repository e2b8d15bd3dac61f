import type { Level } from '@tidewatch/event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeAlertChanges } from './alert_changes.suite.ts';
import { describeAlertGroups } from './alert_groups.suite.ts';
import { describeAlertJobs } from './alert_jobs.suite.ts';
import { findings, type MatchOptions, match, rulesFound, storeAlert } from './alert_matches.suite.ts';
import type { AlertStore } from './contract.ts';
import {
  always,
  cutOff,
  day,
  everyone,
  everything,
  expired,
  type OpenHarness,
  only,
  type StoreHarness,
  suiteClasses,
  suiteNow,
} from './fixtures.suite.ts';

async function all<T>(parts: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const part of parts) items.push(...part);
  return items;
}

/** The promise of {@link AlertStore}, for every adapter. */
export function describeAlertStoreContract(name: string, open: OpenHarness<AlertStore>): void {
  describe(`${name} keeps the alert store's promise`, () => {
    let harness: StoreHarness<AlertStore>;
    let store: AlertStore;
    beforeEach(async () => {
      harness = await open(suiteClasses, suiteNow);
      store = harness.store;
    });
    afterEach(() => harness.dispose());

    const titles = (query: string, scope = everyone) => rulesFound(store, query, scope);
    const one = (options?: MatchOptions) => storeAlert(store, options);

    it('gathers matches by rule, entity and bucket, and answers only what changed', async () => {
      const first = await store.apply([
        match(),
        match(),
        match({ user: 'eve' }),
        match({ time: suiteNow + 3_600_000 }),
      ]);
      expect(first.map(({ effect, alert }) => [effect, alert.count])).toEqual([
        ['created', 2],
        ['created', 1],
        ['created', 1],
      ]);
      const second = await store.apply([match()]);
      expect(second).toMatchObject([
        { effect: 'joined', alert: { id: first[0]!.alert.id, count: 3, version: 1 } },
      ]);
      expect(await store.get(first[0]!.alert.id, everyone)).toEqual(second[0]!.alert);
      expect(await store.count({ range: always }, everyone)).toBe(3);
    });

    it('counts a match once however often it is given, also after a restart', async () => {
      const matches = Array.from({ length: 20 }, () => match());
      await store.apply(matches.slice(0, 12));
      expect(await store.apply(matches.slice(0, 12))).toEqual([]);
      const [effect] = await store.apply([...matches].reverse());
      expect(effect?.alert.count).toBe(20);
      store = await harness.reopen();
      expect(await store.apply(matches)).toEqual([]);
      expect(
        (await store.search({ range: always, sort: 'newest', limit: 1 }, everyone)).items[0]?.count,
      ).toBe(20);
    });

    it('keeps a bounded sample with its evidence', async () => {
      const matches = Array.from({ length: 30 }, (_, i) => match({ time: suiteNow + i }));
      const [effect] = await store.apply(matches);
      const kept = (await store.get(effect!.alert.id, everyone))!.matches;
      expect(kept).toHaveLength(10);
      expect(kept[0]).toEqual(matches[0]);
      expect(kept.at(-1)).toEqual(matches[29]);
    });

    it('reads many alerts with their evidence at once, those that are there and seen', async () => {
      const made = await store.apply([
        ...['a', 'b', 'c'].map((rule) => match({ rule })),
        match({ rule: 'b', time: suiteNow + 1 }),
        match({ rule: 'd', dataClass: 'middle' }),
      ]);
      const ids = made.map(({ alert }) => alert.id);
      const found = await all(store.getAll([...ids, 'gone'], only('short')));
      const sorted = (alerts: readonly { readonly id: string }[]) =>
        alerts.toSorted((one, other) => one.id.localeCompare(other.id));
      const seen = made.flatMap(({ alert }) => (alert.dataClass === 'short' ? [alert] : []));
      expect(seen.map(({ matches }) => matches.length).toSorted()).toEqual([1, 1, 2]);
      expect(sorted(found)).toEqual(sorted(seen));
      expect(await all(store.getAll([], everyone))).toEqual([]);
    });

    it('shows only the classes of the scope', async () => {
      const a = await one({ rule: 'a' });
      await one({ rule: 'b', dataClass: 'middle' });
      expect(await titles('*', only('short'))).toEqual(['a']);
      expect(await titles('*', only())).toEqual([]);
      expect(await store.get(a.id, only('middle'))).toBeUndefined();
      expect(await store.count({ range: always }, only('middle', 'short'))).toBe(2);
      expect(await store.totals({ range: always }, only('middle'))).toEqual([
        { level: 'high', status: 'open', count: 1 },
      ]);
      const range = { from: suiteNow, to: suiteNow + 1 };
      expect(await store.histogram({ range, stepMs: day }, only('middle'))).toMatchObject([{ count: 1 }]);
    });

    it('is searched by its own fields, its entity and its first event', async () => {
      const a = await one({ rule: 'a', level: 'critical', fields: { process: { args: ['x', 'whoami'] } } });
      await one({ rule: 'b', level: 'low', engine: 'forest', host: 'db', user: 'eve' });
      await store.change([{ id: a.id }], { action: 'close', reason: 'true_positive' }, everything('ann'));
      await store.change([{ id: a.id }], { action: 'acknowledge' }, everything('ann'));
      for (const query of [
        `id: "${a.id}"`,
        'title: "rule A"',
        'rule.id: a',
        'rule.level: (critical or high)',
        'engine: sigma',
        'status: acknowledged',
        'assignee: ann',
        'summary: *web*',
        'host.name: web and user.name: bob',
        'process.args: whoami',
        'whoami',
        'not reason: * and status: acknowledged',
      ])
        expect([query, await titles(query)]).toEqual([query, ['a']]);
      for (const query of [
        'tags: attack.t1110',
        'count: 1',
        'count < 2',
        'message: "failed password"',
        'host.os.type: linux',
        'host.*: linux',
      ])
        expect([query, await titles(query)]).toEqual([query, ['a', 'b']]);
      for (const query of ['title: "\'; DROP TABLE alerts; --"', 'no.such: x', 'count > 1', '"\0": x'])
        expect([query, await titles(query)]).toEqual([query, []]);
    });

    it('pages in every order without gaps', async () => {
      const levels: Level[] = ['low', 'critical', 'medium'];
      await store.apply(
        Array.from({ length: 23 }, (_, i) =>
          match({ rule: `r${i}`, level: levels[i % 3]!, time: suiteNow + (i % 4) }),
        ),
      );
      for (const sort of ['newest', 'oldest', 'severity'] as const) {
        const seen: { id: string; rank: number; last: number }[] = [];
        let after: string | undefined;
        do {
          const page = await store.search(
            { range: always, sort, limit: 5, ...(after && { after }) },
            everyone,
          );
          for (const { id, detector, last } of page.items)
            seen.push({
              id,
              last,
              rank: sort === 'severity' ? ['low', 'medium', 'critical'].indexOf(detector.level) : 0,
            });
          after = page.next;
        } while (after !== undefined);
        expect(new Set(seen.map(({ id }) => id)).size).toBe(23);
        const direction = sort === 'oldest' ? 1 : -1;
        const sorted = [...seen].sort(
          (a, b) => direction * (a.rank - b.rank || a.last - b.last || (a.id < b.id ? -1 : 1)),
        );
        expect(seen).toEqual(sorted);
      }
      await expect(
        store.search({ range: always, sort: 'severity', limit: 5, after: 'WzEsMl0' }, everyone),
      ).rejects.toMatchObject({ code: 'PAGE_TOKEN_INVALID' });
    });

    it('counts by level, status and time', async () => {
      await one({ rule: 'a', level: 'high' });
      await one({ rule: 'b', level: 'low', time: suiteNow + 7_200_000 });
      const c = await one({ rule: 'c', level: 'low' });
      await store.change([{ id: c.id }], { action: 'acknowledge' }, everything('ann'));
      expect(await store.totals({ range: always }, everyone)).toEqual(
        expect.arrayContaining([
          { level: 'high', status: 'open', count: 1 },
          { level: 'low', status: 'open', count: 1 },
          { level: 'low', status: 'acknowledged', count: 1 },
        ]),
      );
      const range = { from: suiteNow, to: suiteNow + 3 * 3_600_000 };
      expect(await store.histogram({ range, stepMs: 3_600_000, split: 'level' }, everyone)).toEqual([
        { start: suiteNow, count: 2, split: { high: 1, low: 1 } },
        { start: suiteNow + 3_600_000, count: 0, split: {} },
        { start: suiteNow + 7_200_000, count: 1, split: { low: 1 } },
      ]);
    });

    it('confirms what the watermark has passed, and amends what grows later', async () => {
      const { id, bucket } = await one();
      await one({ rule: 'later', time: suiteNow + 3_600_000 });
      expect(await store.confirmUpTo(bucket.end - 1, 'sigma')).toBe(0);
      expect(await store.confirmUpTo(bucket.end, 'sigma')).toBe(1);
      expect(await store.confirmUpTo(bucket.end, 'sigma')).toBe(0);
      expect(await store.get(id, everyone)).toMatchObject({ finality: 'confirmed', version: 1 });
      expect(await store.apply([match()])).toMatchObject([{ alert: { finality: 'amended' } }]);
      store = await harness.reopen();
      expect(await store.get(id, everyone)).toMatchObject({ finality: 'amended' });
    });

    it('puts what a window says in the place of what it said before', async () => {
      const [first] = await store.replace([findings([suiteNow])]);
      expect(first).toMatchObject({ effect: 'created', alert: { count: 1, finality: 'provisional' } });
      const id = first?.alert.id as string;
      expect(await store.replace([findings([suiteNow])])).toEqual([]);
      expect(await store.replace([findings([suiteNow - 5, suiteNow + 9])])).toMatchObject([
        { effect: 'joined', alert: { id, count: 2, first: suiteNow - 5, last: suiteNow + 9 } },
      ]);
      store = await harness.reopen();
      expect(await store.replace([findings([suiteNow - 5, suiteNow + 9])])).toEqual([]);
      expect(await store.confirmUpTo(suiteNow + 2 * 3_600_000, 'sigma')).toBe(0);
      expect(await store.replace([findings([suiteNow - 5, suiteNow + 9], true)])).toMatchObject([
        { effect: 'settled', alert: { finality: 'confirmed' } },
      ]);
      expect(await store.get(id, everyone)).toMatchObject({ count: 2, finality: 'confirmed' });
    });

    it('withdraws a window’s alert whose reason late events took away, and keeps what people did', async () => {
      expect(await store.replace([findings([])])).toEqual([]);
      const [{ alert } = { alert: undefined }] = await store.replace([findings([suiteNow])]);
      const { id = '' } = alert ?? {};
      await store.change([{ id }], { action: 'acknowledge', note: 'mine' }, everything('ann'));
      expect(await store.replace([findings([])])).toMatchObject([{ effect: 'settled' }]);
      expect(await store.get(id, everyone)).toMatchObject({
        count: 0,
        finality: 'withdrawn',
        assignee: 'ann',
        matches: [{ time: suiteNow }],
      });
      await store.change([{ id }], { action: 'close', reason: 'true_positive' }, everything('ann'));
      // Said again after a crash it is no news; more than ever is.
      expect(await store.replace([findings([suiteNow])])).toMatchObject([
        { effect: 'settled', alert: { status: 'closed' } },
      ]);
      expect(await store.replace([findings([suiteNow, suiteNow + 1])])).toMatchObject([
        { effect: 'reopened', alert: { finality: 'provisional', status: 'open' } },
      ]);
    });

    describeAlertChanges(() => harness);

    describeAlertGroups(() => store);

    describeAlertJobs(() => harness);

    it('forgets alerts past their time to live, and classes taken away', async () => {
      await one({ rule: 'a' });
      await one({ rule: 'b', dataClass: 'middle' });
      expect(await expired(store, suiteNow + 365 * day)).toEqual([]);
      harness.setTime(suiteNow + day);
      await one({ rule: 'c' });
      const two = { dataClass: 'alerts', what: 'alerts', records: 2 };
      expect(await cutOff(store, suiteNow + 365 * day + 1)).toMatchObject([{ ...two, begins: true }]);
      expect(await titles('*')).toEqual(['a', 'b', 'c']);
      expect(await expired(store, suiteNow + 365 * day + 1)).toMatchObject([
        { dataClass: 'alerts', records: 2 },
      ]);
      expect(await titles('*')).toEqual(['c']);
      expect(await store.deleteClass('short')).toBe(1);
      expect(await titles('*')).toEqual([]);
    });
  });
}
