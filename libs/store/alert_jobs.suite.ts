import { describe, expect, it } from 'vitest';
import type { AlertJob } from './alert_jobs.ts';
import { match } from './alert_matches.suite.ts';
import type { AlertStore } from './contract.ts';
import {
  always,
  day,
  everyone,
  everything,
  expired,
  kql,
  only,
  type StoreHarness,
  suiteNow,
} from './fixtures.suite.ts';

const close = { action: 'close', reason: 'duplicate' } as const;

export const jobOf = (id: string, more: Partial<AlertJob> = {}): AlertJob => ({
  id,
  task: { verb: 'change', action: close },
  by: 'ann',
  query: '',
  range: { from: 0, to: suiteNow },
  state: 'running',
  ...{ total: 0, done: 0, changed: 0, same: 0, conflicts: 0, gone: 0 },
  ...{ createdAt: suiteNow, updatedAt: suiteNow, leasedUntil: 0, revision: 1 },
  ...more,
});

/** What {@link AlertJobStore} promises. */
export function describeAlertJobs(harness: () => StoreHarness<AlertStore>): void {
  const store = () => harness().store;
  const rules = (...names: string[]) => store().apply(names.map((rule) => match({ rule })));
  const statuses = async (at = store()) =>
    Object.fromEntries(
      (await at.search({ range: always, sort: 'oldest', limit: 100 }, everyone)).items.map((row) => [
        row.detector.id,
        row.status,
      ]),
    );

  describe('jobs', () => {
    it('keeps each in its newest state, and tells who came second', async () => {
      expect(await store().jobs.get('j')).toBeUndefined();
      expect(await store().jobs.save(jobOf('j'))).toBe(true);
      expect(await store().jobs.save(jobOf('j', { by: 'ben' }))).toBe(false);
      expect(await store().jobs.save(jobOf('j', { done: 5, revision: 2 }))).toBe(true);
      expect(await store().jobs.save(jobOf('j', { done: 4, revision: 2 }))).toBe(false);
      await store().jobs.save(jobOf('later', { createdAt: suiteNow + 1 }));
      const reopened = await harness().reopen();
      expect(await reopened.jobs.get('j')).toEqual(jobOf('j', { done: 5, revision: 2 }));
      expect((await reopened.jobs.list(10)).map(({ id }) => id)).toEqual(['later', 'j']);
      expect((await reopened.jobs.list(1)).map(({ id }) => id)).toEqual(['later']);
    });

    it('works on the alerts of one moment, and on nothing that came or was decided since', async () => {
      const [a] = await rules('a', 'b', 'c', 'other');
      const request = { query: kql('rule.id: (a or b or c or d)'), range: always };
      expect(await store().jobs.choose('j', request, everyone, 100)).toBe(3);
      await rules('d', 'b');
      await store().change(
        [{ id: a?.alert.id as string }],
        { action: 'note', note: 'mine' },
        everything('ben'),
      );
      const alerts = await store().jobs.chosen('j', 0, 100);
      expect(alerts.map(({ version }) => version)).toEqual([1, 1, 1]);
      expect(await store().jobs.chosen('j', 3, 100)).toEqual([]);
      expect(await store().jobs.work({ job: jobOf('j'), alerts })).toEqual({
        ...{ changed: 2, same: 0, conflicts: 1, gone: 0 },
      });
      expect(await statuses()).toEqual({
        ...{ a: 'open', b: 'closed', c: 'closed', d: 'open', other: 'open' },
      });
    });

    it('chooses within the scope, and not more than asked for', async () => {
      await store().apply([match({ rule: 'a' }), match({ rule: 'b', dataClass: 'middle' })]);
      expect(await store().jobs.choose('j', { range: always }, only('middle'), 5)).toBe(1);
      expect(await store().jobs.choose('k', { range: always }, only(), 5)).toBe(0);
      await expect(store().jobs.choose('l', { range: always }, everyone, 1)).rejects.toMatchObject({
        code: 'QUERY_TOO_WIDE',
      });
    });

    it('does a part once, however often it is given, also after a restart', async () => {
      const ids = (await rules('a', 'b', 'c')).map(({ alert }) => ({ id: alert.id, version: 1 }));
      const job = jobOf('j');
      // A crash after the first two, before anybody heard of it.
      await store().jobs.work({ job, alerts: ids.slice(0, 2) });
      const again = await harness().reopen();
      const part = { job, alerts: [...ids, { id: 'deleted since', version: 1 }] };
      const counts = { changed: 3, same: 0, conflicts: 0, gone: 1 };
      expect(await again.jobs.work(part)).toEqual(counts);
      expect(await again.jobs.work(part)).toEqual(counts);
      for (const { id } of ids) {
        const alert = await again.get(id, everyone);
        expect(alert).toMatchObject({ version: 2, status: 'closed', reason: 'duplicate' });
        expect(alert?.history.map(({ by }) => by)).toEqual(['tidewatch', 'ann']);
        expect(alert?.matches).toHaveLength(1);
      }
      expect(await again.jobs.work({ ...part, job: jobOf('second') })).toMatchObject({ conflicts: 3 });
      const fresh = { job: jobOf('third'), alerts: ids.map(({ id }) => ({ id })) };
      expect(await again.jobs.work(fresh)).toMatchObject({ changed: 0, same: 3 });
    });

    it('undoes a job where nobody decided since', async () => {
      const alerts = (await rules('a', 'b', 'c')).map(({ alert }) => ({ id: alert.id, version: 1 }));
      await store().jobs.work({ job: jobOf('j'), alerts: alerts.slice(0, 2) });
      await store().change(
        [{ id: alerts[0]?.id as string }],
        { action: 'note', note: 'mine' },
        everything('ben'),
      );
      const undo = jobOf('u', { task: { verb: 'undo', job: 'j' } });
      const counts = { changed: 1, same: 1, conflicts: 1, gone: 0 };
      expect(await store().jobs.work({ job: undo, alerts })).toEqual(counts);
      expect(await store().jobs.work({ job: undo, alerts })).toEqual(counts);
      expect(await statuses()).toEqual({ a: 'closed', b: 'open', c: 'open' });
    });

    it('undoes what was done just now', async () => {
      const alerts = (await rules('a', 'b')).map(({ alert }) => ({ id: alert.id, version: 1 }));
      // Searches know of the alerts, and not yet of what is done to them.
      expect(await statuses()).toEqual({ a: 'open', b: 'open' });
      await store().jobs.work({ job: jobOf('j'), alerts });
      const undo = jobOf('u', { task: { verb: 'undo', job: 'j' } });
      expect(await store().jobs.work({ job: undo, alerts })).toMatchObject({ changed: 2, same: 0 });
      expect(await statuses()).toEqual({ a: 'open', b: 'open' });
    });

    it('forgets jobs with the time to live of alerts', async () => {
      await rules('a');
      await store().jobs.save(jobOf('j'));
      await store().jobs.choose('j', { range: always }, everyone, 5);
      await expired(store(), suiteNow + 365 * day);
      expect(await store().jobs.get('j')).toBeDefined();
      const deletions = await expired(store(), suiteNow + 365 * day + 1);
      expect(deletions.map(({ what }) => what)).toContain('changes of many alerts');
      expect(await store().jobs.get('j')).toBeUndefined();
      expect(await store().jobs.chosen('j', 0, 5)).toEqual([]);
    });
  });
}
