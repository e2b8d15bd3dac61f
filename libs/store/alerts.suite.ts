import {
  bucketStart,
  type DataClass,
  type Engine,
  type EventMatch,
  type Findings,
  type JsonObject,
  type Level,
} from '@tidewatch/event';
import { alertId } from '@tidewatch/event/ids';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeAlertGroups } from './alert_groups.suite.ts';
import { describeAlertJobs } from './alert_jobs.suite.ts';
import type { AlertStore } from './contract.ts';
import {
  always,
  day,
  eventOf,
  everyone,
  everything,
  expired,
  indexed,
  kql,
  type OpenHarness,
  only,
  type StoreHarness,
  suiteClasses,
  suiteNow,
} from './fixtures.suite.ts';

let matchOffset = 0;

interface MatchOptions {
  readonly rule?: string;
  readonly level?: Level;
  readonly engine?: Engine;
  readonly host?: string;
  readonly user?: string;
  readonly time?: number;
  readonly offset?: number;
  readonly partition?: number;
  readonly dataClass?: DataClass;
  readonly fields?: JsonObject;
}

/** One match on one event, each at the next offset. */
export function match(options: MatchOptions = {}): EventMatch {
  const {
    rule = 'r1',
    level = 'high',
    engine = 'sigma',
    host = 'web',
    user = 'bob',
    time = suiteNow,
  } = options;
  const { dataClass = 'short', fields = {}, partition = 0, offset: at = matchOffset++ } = options;
  const record = indexed(
    {
      host: { name: host, os: { type: 'linux' } },
      user: { name: user },
      message: 'Failed password for bob',
      ...fields,
    },
    { time, dataClass, position: { partition, offset: at } },
  );
  return {
    id: `match-${rule}-${record.head.id}`,
    detector: { engine, id: rule, title: `Rule ${rule}`, level, tags: ['attack.t1110'] },
    key: [
      { field: 'host.name', value: host },
      { field: 'user.name', value: user },
    ],
    time,
    position: record.position,
    bucketMs: 3_600_000,
    dataClass,
    event: eventOf(record),
    explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
  };
}

/** What a correlation says of one hour of one host. */
function findings(times: readonly number[], settled = false): Findings {
  const matches = times.map((time) => {
    const { position: _, ...found } = match({ engine: 'correlation', rule: 'c', time, offset: time });
    return {
      ...found,
      id: `found-${time}`,
      event: { ...found.event, event: { ...found.event.event, id: `f${time}` } },
    };
  });
  const start = bucketStart(suiteNow, 3_600_000);
  const { detector, key } = match({ engine: 'correlation', rule: 'c', offset: 0 });
  return {
    id: alertId(detector.id, key, start),
    detector,
    key,
    dataClass: 'short',
    bucket: { start, end: start + 3_600_000 },
    count: times.length,
    matches,
    settled,
  };
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

    const titles = async (query: string, scope = everyone): Promise<string[]> => {
      const page = await store.search(
        { query: kql(query), range: always, sort: 'oldest', limit: 1_000 },
        scope,
      );
      return page.items.map(({ detector }) => detector.id).sort();
    };
    const one = async (options?: MatchOptions) => (await store.apply([match(options)]))[0]!.alert;

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

    it('lets people acknowledge, close, reopen and note, with history', async () => {
      const { id } = await one();
      await store.change([{ id, version: 1 }], { action: 'acknowledge' }, everything('ann'));
      await store.change(
        [{ id }],
        { action: 'close', reason: 'benign_positive', note: 'a drill' },
        everything('ben'),
      );
      expect(await store.get(id, everyone)).toMatchObject({
        status: 'closed',
        reason: 'benign_positive',
        assignee: 'ann',
        version: 3,
      });
      await store.change([{ id }], { action: 'note', note: 'again' }, everything('ann'));
      const given = await store.change([{ id }], { action: 'assign', to: 'cleo' }, everything('ann'));
      expect(given.changed).toMatchObject([{ status: 'closed', assignee: 'cleo', version: 5 }]);
      expect(await titles('assignee: cleo')).toEqual(['r1']);
      const taken = await store.undo(given.changeId, everything('ann'));
      expect(taken.changed).toMatchObject([{ assignee: 'ann' }]);
      const { changed } = await store.change([{ id }], { action: 'reopen' }, everything('ann'));
      expect(changed[0]).toMatchObject({ status: 'open', reason: null });
      expect(changed[0]?.history[4]).toMatchObject({ action: 'assigned', to: 'cleo' });
      expect(changed[0]?.history.map(({ by, action, note }) => [by, action, note])).toEqual([
        ['tidewatch', 'opened', undefined],
        ['ann', 'acknowledged', undefined],
        ['ben', 'closed', 'a drill'],
        ['ann', 'noted', 'again'],
        ['ann', 'assigned', undefined],
        ['ann', 'undone', undefined],
        ['ann', 'reopened', undefined],
      ]);
    });

    it('reports alerts that somebody changed or that do not exist, and changes the others', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      await store.change([{ id: a.id, version: 1 }], { action: 'note', note: 'mine' }, everything('ben'));
      const ids = [{ id: a.id, version: 1 }, { id: b.id, version: 1 }, { id: 'no such' }];
      const { changed, conflicts } = await store.change(ids, { action: 'acknowledge' }, everything('ann'));
      expect(changed.map(({ id }) => id)).toEqual([b.id]);
      expect(conflicts).toEqual([a.id, 'no such']);
      expect(await store.get(a.id, everyone)).toMatchObject({ status: 'open', version: 2 });
    });

    it('changes what its asker sees, and takes the rest for what does not exist', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b', dataClass: 'middle' })];
      const ids = [{ id: a.id }, { id: b.id }];
      const { changed, conflicts } = await store.change(ids, { action: 'acknowledge' }, only('short'));
      expect(changed).toMatchObject([{ id: a.id, status: 'acknowledged', assignee: 'tests' }]);
      expect(conflicts).toEqual([b.id]);
      expect(await store.get(b.id, everyone)).toMatchObject({ status: 'open', version: 1 });
      expect(await store.change(ids, { action: 'reopen' }, only())).toMatchObject({
        changed: [],
        conflicts: [a.id, b.id],
      });
    });

    it('takes a decision about an alert that merely grew, or was reopened by what joined', async () => {
      const { id, version } = await one();
      await store.apply([match()]);
      const close = { action: 'close', reason: 'true_positive' } as const;
      const closing = await store.change([{ id, version }], close, everything('ann'));
      expect(closing).toMatchObject({ conflicts: [], changed: [{ status: 'closed', count: 2, version: 2 }] });
      await store.apply([match()]);
      const again = await store.change([{ id, version: 2 }], close, everything('ann'));
      expect(again).toMatchObject({ conflicts: [], changed: [{ status: 'closed', count: 3, version: 3 }] });
      expect(again.changed[0]).not.toHaveProperty('matches');
      expect((await store.get(id, everyone))?.matches).toHaveLength(3);
    });

    it('lets the order of writing decide where a match joins while an alert is closed', async () => {
      for (let round = 0; round < 12; round++) {
        const { id, version } = await one({ rule: `race ${round}` });
        const [effects, closing] = await Promise.all([
          // Within a partition they come one after the other.
          Promise.all(
            [1, 2, 3].map((partition) => store.apply([match({ rule: `race ${round}`, partition })])),
          ),
          store.change([{ id, version }], { action: 'close', reason: 'true_positive' }, everything('ann')),
        ]);
        const alert = await store.get(id, everyone);
        expect(closing.conflicts).toEqual([]);
        expect(alert).toMatchObject({ count: 4, version: 2 });
        const reopens = effects.flat().some(({ effect }) => effect === 'reopened');
        expect(alert?.status).toBe(reopens ? 'open' : 'closed');
        expect(alert?.history.map(({ action }) => action)).toEqual(
          reopens ? ['opened', 'closed', 'reopened'] : ['opened', 'closed'],
        );
      }
    });

    it('reopens a closed alert by a new match, unless it was closed as false positive or expected', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      await store.change([{ id: a.id }], { action: 'close', reason: 'true_positive' }, everything('ann'));
      await store.change([{ id: b.id }], { action: 'close', reason: 'false_positive' }, everything('ann'));
      const effects = await store.apply([match({ rule: 'a' }), match({ rule: 'a' }), match({ rule: 'b' })]);
      expect(effects).toMatchObject([
        { effect: 'reopened', alert: { status: 'open', reason: null, count: 3 } },
        { effect: 'joined', alert: { status: 'closed', reason: 'false_positive', sinceClosed: 1, count: 2 } },
      ]);
    });

    it('undoes a change for ten minutes, also after a restart', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      await store.change([{ id: a.id }], { action: 'acknowledge' }, everything('ann'));
      const closing = await store.change(
        [{ id: a.id }, { id: b.id }],
        { action: 'close', reason: 'duplicate' },
        everything('ann'),
      );
      store = await harness.reopen();
      const { changed, conflicts } = await store.undo(closing.changeId, everything('ann'));
      expect(conflicts).toEqual([]);
      expect(changed.map(({ status, reason, assignee }) => [status, reason, assignee])).toEqual([
        ['acknowledged', null, 'ann'],
        ['open', null, null],
      ]);
      expect(changed[0]?.history.at(-1)).toMatchObject({ by: 'ann', action: 'undone' });
      const late = await store.change([{ id: a.id }], { action: 'acknowledge' }, everything('ann'));
      harness.setTime(suiteNow + 600_001);
      await expect(store.undo(late.changeId, everything('ann'))).rejects.toMatchObject({
        code: 'CHANGE_UNKNOWN',
      });
    });

    it('does not undo over what somebody did since, but keeps matches that joined', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      const change = await store.change(
        [{ id: a.id }, { id: b.id }],
        { action: 'acknowledge' },
        everything('ann'),
      );
      await store.change([{ id: a.id }], { action: 'note', note: 'mine now' }, everything('ben'));
      await store.apply([match({ rule: 'b' })]);
      const { changed, conflicts } = await store.undo(change.changeId, everything('ann'));
      expect(conflicts).toEqual([a.id]);
      expect(changed).toMatchObject([{ id: b.id, status: 'open', assignee: null, count: 2 }]);
    });

    it('undoes what its asker sees, and leaves the rest to others', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b', dataClass: 'middle' })];
      const { changeId } = await store.change(
        [{ id: a.id }, { id: b.id }],
        { action: 'acknowledge' },
        everything('ann'),
      );
      const unknown = { code: 'CHANGE_UNKNOWN' };
      await expect(store.undo(changeId, only())).rejects.toMatchObject(unknown);
      expect(await store.undo(changeId, only('short'))).toMatchObject({
        changed: [{ id: a.id, status: 'open' }],
        conflicts: [],
      });
      expect(await titles('status: acknowledged')).toEqual(['b']);
      const { changed, conflicts } = await store.undo(changeId, everything('ann'));
      expect(changed.map(({ id, status, history }) => [id, status, history.length])).toEqual([
        [a.id, 'open', 3],
        [b.id, 'open', 3],
      ]);
      expect(conflicts).toEqual([]);
    });

    it('makes a change, and takes it back, once however often it is asked to', async () => {
      const { id, version } = await one();
      const ask = () =>
        store.change([{ id, version }], { action: 'note', note: 'seen' }, everything('ann'), 'change-1');
      const first = await ask();
      expect(await ask()).toEqual(first);
      expect(first).toMatchObject({
        changeId: 'change-1',
        changed: [{ version: version + 1 }],
        conflicts: [],
      });
      const history = (await store.get(id, everyone))?.history ?? [];
      expect(history.filter(({ action }) => action === 'noted')).toHaveLength(1);
      const undone = await store.undo('change-1', everything('ann'));
      expect(undone).toMatchObject({ changed: [{ id, version: version + 2 }], conflicts: [] });
      expect(await store.undo('change-1', everything('ann'))).toEqual(undone);
      // What came after it is nobody's to take back by it.
      await store.change([{ id }], { action: 'acknowledge' }, everything('ben'));
      expect((await store.undo('change-1', everything('ann'))).conflicts).toEqual([id]);
    });

    it('undoes what was closed before as if the matches since had come then', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      await store.change([{ id: a.id }], { action: 'close', reason: 'true_positive' }, everything('ann'));
      await store.change([{ id: b.id }], { action: 'close', reason: 'false_positive' }, everything('ann'));
      const change = await store.change(
        [{ id: a.id }, { id: b.id }],
        { action: 'acknowledge' },
        everything('ben'),
      );
      await store.apply([match({ rule: 'a' }), match({ rule: 'b' })]);
      expect((await store.undo(change.changeId, everything('ben'))).changed).toMatchObject([
        { status: 'open', reason: null, count: 2 },
        { status: 'closed', reason: 'false_positive', sinceClosed: 1, count: 2 },
      ]);
    });

    it('undoes a close over a reopening, which nobody decided', async () => {
      const { id } = await one();
      await store.change([{ id }], { action: 'acknowledge' }, everything('ann'));
      const change = await store.change([{ id }], { action: 'close', reason: 'other' }, everything('ann'));
      expect(await store.apply([match()])).toMatchObject([{ effect: 'reopened' }]);
      expect(await store.undo(change.changeId, everything('ann'))).toMatchObject({
        changed: [{ status: 'acknowledged', assignee: 'ann', count: 2 }],
        conflicts: [],
      });
      expect(await titles('status: acknowledged and not status: open')).toEqual(['r1']);
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

    describeAlertGroups(() => store);

    describeAlertJobs(() => harness);

    it('forgets alerts past their time to live, and classes taken away', async () => {
      await one({ rule: 'a' });
      await one({ rule: 'b', dataClass: 'middle' });
      expect(await expired(store, suiteNow + 365 * day)).toEqual([]);
      harness.setTime(suiteNow + day);
      await one({ rule: 'c' });
      expect(await expired(store, suiteNow + 365 * day + 1)).toMatchObject([
        { dataClass: 'alerts', records: 2 },
      ]);
      expect(await titles('*')).toEqual(['c']);
      expect(await store.deleteClass('short')).toBe(1);
      expect(await titles('*')).toEqual([]);
    });
  });
}
