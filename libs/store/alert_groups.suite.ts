import { describe, expect, it } from 'vitest';
import { match } from './alert_matches.suite.ts';
import type { AlertGroup, AlertGroupSearch, AlertStore } from './contract.ts';
import { always, everyone, everything, kql, only, suiteNow } from './fixtures.suite.ts';

/** What {@link AlertStore.groups} promises. */
export function describeAlertGroups(store: () => AlertStore): void {
  const ask = (by: string[], more: Partial<AlertGroupSearch> = {}, scope = everyone) =>
    store().groups({ by, range: always, sort: 'count', limit: 200, ...more }, scope);
  const brief = (groups: readonly AlertGroup[]) => groups.map(({ values, count }) => [...values, count]);

  describe('groups', () => {
    it('counts by up to three fields, with the highest level, the newest and the alert to open', async () => {
      const effects = await store().apply([
        match({ rule: 'a', host: 'web', level: 'low', time: suiteNow }),
        match({ rule: 'a', host: 'web', user: 'eve', level: 'critical', time: suiteNow + 5 }),
        match({ rule: 'a', host: 'db', time: suiteNow + 9 }),
        match({ rule: 'b', host: 'web', time: suiteNow + 2 }),
      ]);
      const ids = effects.map(({ alert }) => alert.id);
      expect(await ask(['rule.id'])).toEqual({
        total: 2,
        items: [
          {
            ...{ values: ['a'], count: 3, level: 'critical', newest: suiteNow + 9, first: ids[2] },
            ...{ levels: { low: 1, high: 1, critical: 1 }, statuses: { open: 3 } },
          },
          {
            ...{ values: ['b'], count: 1, level: 'high', newest: suiteNow + 2, first: ids[3] },
            ...{ levels: { high: 1 }, statuses: { open: 1 } },
          },
        ],
      });
      expect(brief((await ask(['rule.id', 'host.name'])).items)).toEqual([
        ['a', 'web', 2],
        ['a', 'db', 1],
        ['b', 'web', 1],
      ]);
      expect((await ask(['rule.id', 'host.name', 'user.name'], { sort: 'newest' })).items).toMatchObject([
        { values: ['a', 'db', 'bob'] },
        { values: ['a', 'web', 'eve'], level: 'critical', first: ids[1] },
        { values: ['b', 'web', 'bob'] },
        { values: ['a', 'web', 'bob'], level: 'low', first: ids[0] },
      ]);
      await store().change([{ id: ids[0] as string }], { action: 'acknowledge' }, everything('ann'));
      expect((await ask(['rule.id'])).items[0]).toMatchObject({ statuses: { open: 2, acknowledged: 1 } });
      expect(brief((await ask(['status', 'assignee'])).items)).toEqual([
        ['open', null, 3],
        ['acknowledged', 'ann', 1],
      ]);
      expect(brief((await ask(['rule.level'], { query: kql('host.name: db') })).items)).toEqual([
        ['high', 1],
      ]);
      expect(await ask(['rule.id'], { range: { from: 0, to: 1 } })).toEqual({ total: 0, items: [] });
    });

    it('shows only the classes of the scope', async () => {
      await store().apply([match({ rule: 'a' }), match({ rule: 'b', dataClass: 'middle' })]);
      expect(brief((await ask(['rule.id'], {}, only('middle'))).items)).toEqual([['b', 1]]);
      expect((await ask(['rule.id'], {}, only())).total).toBe(0);
    });

    it('knows values of every shape, also what no index holds, but for the longest', async () => {
      const long = 'x'.repeat(9_000);
      const shapes = [
        { process: { pid: 7, args: ['b', 'a', 'b'] }, port: [443, 443] },
        { process: { pid: '7', args: 'a' } },
        { process: { pid: 1.5, args: [] }, event: { start: '2024-01-01T00:00:00Z' } },
        { process: { pid: 'seven', args: long, parent: [{ pid: 1 }, { pid: 2 }] }, flag: true },
        { source: { ip: '10.0.0.1' }, port: '80' },
        { source: { ip: 'no address' }, flag: 'true' },
      ];
      await store().apply(shapes.map((fields, i) => match({ rule: `s${i}`, fields, time: suiteNow + i })));
      const by = async (...fields: string[]) =>
        brief((await ask(fields)).items).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      expect(await by('process.pid')).toEqual([
        ['1.5', 1],
        ['7', 2],
        ['seven', 1],
        [null, 2],
      ]);
      expect(await by('process.args')).toEqual([
        ['a', 2],
        ['b', 1],
        [null, 4],
      ]);
      expect(await by('process.parent.pid')).toEqual([
        ['1', 1],
        ['2', 1],
        [null, 5],
      ]);
      expect(await by('source.ip')).toEqual([
        ['10.0.0.1', 1],
        ['no address', 1],
        [null, 4],
      ]);
      expect(await by('flag')).toEqual([
        ['true', 2],
        [null, 4],
      ]);
      expect(await by('port')).toEqual([
        ['443', 1],
        ['80', 1],
        [null, 4],
      ]);
      expect(await by('event.start')).toEqual([
        ['2024-01-01T00:00:00Z', 1],
        [null, 5],
      ]);
      expect(await by('no.such.field')).toEqual([[null, 6]]);
      expect(await by('no.such.field', 'flag')).toEqual([
        [null, 'true', 2],
        [null, null, 4],
      ]);
      expect((await by('process.args', 'process.pid')).length).toBe(5);
    });

    it('pages in both orders without gaps', async () => {
      await store().apply(
        Array.from({ length: 40 }, (_, i) =>
          match({ rule: `r${i % 13}`, user: `u${i}`, time: suiteNow + (i % 3) }),
        ),
      );
      for (const sort of ['count', 'newest'] as const) {
        const whole = await ask(['rule.id'], { sort });
        const paged: AlertGroup[] = [];
        let after: string | undefined;
        do {
          const page = await ask(['rule.id'], { sort, limit: 4, ...(after && { after }) });
          expect(page.total).toBe(13);
          paged.push(...page.items);
          after = page.next;
        } while (after !== undefined);
        expect(paged).toEqual(whole.items);
        expect(new Set(paged.map(({ values }) => values[0])).size).toBe(13);
      }
    });

    it.each([
      [[]],
      [['a', 'b', 'c', 'd']],
      [['rule.id', 'rule.id']],
      [['message']],
      [['tidewatch_alert.alert']],
      [['tidewatch.words']],
      [['*']],
      [["a'; DROP TABLE alerts; --"]],
      [['a..b']],
      [['x'.repeat(5_000)]],
    ])('refuses fields that name nothing (%#)', async (by) => {
      await expect(ask(by)).rejects.toMatchObject({ code: 'GROUP_FIELD' });
    });
  });
}
