import type { Json } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import type { EventStore } from './contract.ts';
import { always, everyone, indexed, kql, suiteNow } from './fixtures.suite.ts';

/** What {@link EventStore.histogram} and {@link EventStore.topValues} promise. */
export function describeEventCounts(store: () => EventStore): void {
  describe('counts', () => {
    it('counts in aligned buckets, empty ones included', async () => {
      const hour = 3_600_000;
      const web = { host: { name: 'web' } };
      await store().write([
        indexed(web, { time: suiteNow + 1 }),
        indexed({ host: { name: ['web', 'db'] } }, { time: suiteNow + 2 * hour, dataClass: 'middle' }),
        indexed({}, { time: suiteNow + 2 * hour + 1 }),
      ]);
      const range = { from: suiteNow - hour + 5, to: suiteNow + 3 * hour };
      expect(await store().histogram({ range, stepMs: hour }, everyone)).toEqual(
        [0, 1, 0, 2].map((count, i) => ({ start: suiteNow + (i - 1) * hour, count })),
      );
      const split = await store().histogram({ range, stepMs: hour, split: 'host.name' }, everyone);
      expect(split.map((bucket) => bucket.split)).toEqual([{}, { web: 1 }, {}, { web: 1, db: 1 }]);
      expect(
        await store().histogram({ range, stepMs: hour, query: kql('host.name: db') }, everyone),
      ).toMatchObject([{ count: 0 }, { count: 0 }, { count: 0 }, { count: 1 }]);
    });

    it('finds the most frequent values of any field, each event once', async () => {
      const values: Json[] = ['b', 'a', ['a', 'a', 'c'], 7, 7.5, true, null, { x: 1 }, [], 'a'];
      await store().write(
        values.map((value) => indexed({ custom: { field: value }, host: { name: value } })),
      );
      for (const field of ['custom.field', 'host.name']) {
        expect(await store().topValues({ range: always, field, limit: 3 }, everyone)).toEqual([
          { value: 'a', count: 3 },
          { value: 'b', count: 1 },
          { value: 'c', count: 1 },
        ]);
        const all = await store().topValues({ range: always, field, limit: 100 }, everyone);
        expect(all.map(({ value }) => value)).toEqual(expect.arrayContaining([7, 7.5, true]));
        expect(all).toHaveLength(6);
      }
      expect(await store().topValues({ range: always, field: 'no.such', limit: 3 }, everyone)).toEqual([]);
    });

    it('says of several queries how many events, hosts and days each finds', async () => {
      const day = 86_400_000;
      const of = (host: Json, name: string) => ({ host: { name: host }, custom: { field: name } });
      await store().write([
        indexed(of('web', 'sh'), { time: suiteNow }),
        indexed(of('web', 'sh'), { time: suiteNow + 1, dataClass: 'middle' }),
        indexed(of(['web', 'db'], 'sh'), { time: suiteNow - day }),
        indexed({ custom: { field: ['sh', 'odd'] } }, { time: suiteNow - 2 * day }),
        indexed(of('mail', 'sh'), { time: suiteNow - 9 * day }),
      ]);
      const range = { from: suiteNow - 5 * day, to: suiteNow + day };
      const queries = ['custom.field: sh', 'custom.field: odd', 'host.name: web', 'no.such: 1'].map(kql);
      expect(await store().prevalence({ queries, range }, everyone)).toEqual([
        { events: 4, hosts: 2, days: 3 },
        { events: 1, hosts: 0, days: 1 },
        { events: 3, hosts: 2, days: 2 },
        { events: 0, hosts: 0, days: 0 },
      ]);
      expect(await store().prevalence({ queries: [], range }, everyone)).toEqual([]);
    });

    it('finds the rarest values, also where they are frequent in another class', async () => {
      const hosts = ['db', 'db', 'db', 'web', 'web', 'mail', '7'];
      await store().write([
        ...hosts.map((name) => indexed({ host: { name }, custom: { field: name } })),
        ...['mail', 'mail', 'mail', 'web'].map((name) =>
          indexed({ host: { name }, custom: { field: name } }, { dataClass: 'middle' }),
        ),
      ]);
      for (const field of ['host.name', 'custom.field']) {
        const rare = { range: always, field, order: 'rare', limit: 2 } as const;
        expect(await store().topValues(rare, everyone)).toEqual([
          { value: '7', count: 1 },
          { value: 'db', count: 3 },
        ]);
        expect(
          await store().topValues({ ...rare, query: kql('host.name: (mail or web)') }, everyone),
        ).toEqual([
          { value: 'web', count: 3 },
          { value: 'mail', count: 4 },
        ]);
      }
    });
  });
}
