import { beforeEach, describe, expect, it } from 'vitest';
import { type MatchOptions, match, rulesFound, storeAlert } from './alert_matches.suite.ts';
import type { AlertStore } from './contract.ts';
import type { Deletion } from './deletion.ts';
import {
  cutOff,
  everyone,
  everything,
  expired,
  only,
  type StoreHarness,
  suiteNow,
} from './fixtures.suite.ts';

/** What {@link AlertStore.change} and {@link AlertStore.undo} promise. */
export function describeAlertChanges(harness: () => StoreHarness<AlertStore>): void {
  describe('changes', () => {
    let store: AlertStore;
    beforeEach(() => {
      store = harness().store;
    });
    const one = (options?: MatchOptions) => storeAlert(store, options);

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
      expect(await rulesFound(store, 'assignee: cleo')).toEqual(['r1']);
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
      store = await harness().reopen();
      const { changed, conflicts } = await store.undo(closing.changeId, everything('ann'));
      expect(conflicts).toEqual([]);
      expect(changed.map(({ status, reason, assignee }) => [status, reason, assignee])).toEqual([
        ['acknowledged', null, 'ann'],
        ['open', null, null],
      ]);
      expect(changed[0]?.history.at(-1)).toMatchObject({ by: 'ann', action: 'undone' });
      const late = await store.change([{ id: a.id }], { action: 'acknowledge' }, everything('ann'));
      harness().setTime(suiteNow + 600_001);
      await expect(store.undo(late.changeId, everything('ann'))).rejects.toMatchObject({
        code: 'CHANGE_UNKNOWN',
      });
      const [begins] = await cutOff(store, suiteNow);
      const what = 'what alerts were before single changes';
      const reason = 'past the 10 minutes in which a change can be undone';
      expect(begins).toMatchObject({ dataClass: 'alerts', what, reason, begins: true });
      const { records } = begins as Deletion;
      expect(records).toBeGreaterThan(0);
      expect(await expired(store, suiteNow)).toMatchObject([{ what, reason, records }]);
      expect(await cutOff(store, suiteNow)).toEqual([]);
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
      expect(await rulesFound(store, 'status: acknowledged')).toEqual(['b']);
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
      expect(await rulesFound(store, 'status: acknowledged and not status: open')).toEqual(['r1']);
    });
  });
}
