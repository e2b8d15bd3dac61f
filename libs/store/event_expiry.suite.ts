import { beforeEach, describe, expect, it } from 'vitest';
import { type LiveDataClasses, parseDataClasses } from './classes.ts';
import type { EventStore } from './contract.ts';
import {
  always,
  cutOff,
  day,
  everyone,
  expired,
  indexed,
  type StoreHarness,
  suiteNow,
} from './fixtures.suite.ts';

/** What {@link EventStore.expire}, {@link EventStore.deleteClass} and {@link EventStore.deletePartition} promise. */
export function describeEventExpiry(
  harness: () => StoreHarness<EventStore>,
  classes: () => LiveDataClasses,
): void {
  describe('expiry', () => {
    let store: EventStore;
    beforeEach(() => {
      store = harness().store;
    });
    const found = async (): Promise<string[]> => {
      const { items } = await store.search({ range: always, sort: 'oldest', limit: 1_000 }, everyone);
      return items.map(({ event }) => event.id);
    };

    it('drops a partition when its last event is past its time to live', async () => {
      await store.write([
        indexed({ event: { id: 'old' } }, { ingested: suiteNow - 3 * day }),
        indexed({ event: { id: 'new' } }),
        indexed({ event: { id: 'long' } }, { ingested: suiteNow - 3 * day, dataClass: 'middle' }),
      ]);
      const dayEnd = Date.UTC(2024, 4, 13);
      expect(await expired(store, dayEnd + 7 * day - 1)).toEqual([]);
      // Whoever is killed before the partition goes has said so, and how large it was.
      const what = { what: 'partition 2024-05-12', dataClass: 'short', records: 1 };
      expect(await cutOff(store, dayEnd + 7 * day)).toMatchObject([{ ...what, begins: true }]);
      expect(await found()).toEqual(['long', 'new', 'old']);
      expect(await expired(store, dayEnd + 7 * day)).toMatchObject([{ dataClass: 'short', records: 1 }]);
      expect(await found()).toEqual(['long', 'new']);
      expect(await expired(store, dayEnd + 7 * day)).toEqual([]);
      store = await harness().reopen();
      expect(await found()).toEqual(['long', 'new']);
      await expired(store, suiteNow + 200 * day);
      expect(await found()).toEqual([]);
      expect((await store.stats()).partitions).toEqual([]);
    });

    it('goes by the times to live of now, for what it took before, too', async () => {
      const change = (ttl: string) =>
        classes().replace(
          parseDataClasses(
            `classes:\n  short: { description: d, ttl: ${ttl}, readers: [a] }\napprovals: []\n`,
          ),
        );
      const dayEnd = Date.UTC(2024, 4, 16);
      await store.write([indexed({ event: { id: 'by-day' } })]);
      change('90d');
      await store.write([indexed({ event: { id: 'by-week' } })]);
      expect(await expired(store, dayEnd + 89 * day)).toEqual([]);
      expect(await found()).toEqual(['by-day', 'by-week']);
      change('1d');
      expect(await expired(store, dayEnd + day)).toMatchObject([
        { what: 'partition 2024-05-15', records: 1 },
      ]);
      // Its week ends later, and its class is kept for less by now.
      expect(await expired(store, Date.UTC(2024, 4, 20) + day)).toMatchObject([
        { what: 'partition 2024-w20', records: 1 },
      ]);
      expect(await found()).toEqual([]);
    });

    it('deletes a class at once, and no other', async () => {
      await store.write([
        indexed(),
        indexed({}, { ingested: suiteNow - day }),
        indexed({ event: { id: 'kept' } }, { dataClass: 'short_too' }),
      ]);
      expect(await store.deleteClass('short')).toBe(2);
      expect(await store.deleteClass('short')).toBe(0);
      expect(await found()).toEqual(['kept']);
      expect(await store.write([indexed({ event: { id: 'anew' } })])).toEqual([{ status: 'stored' }]);
    });

    it('deletes a partition at once, and no other', async () => {
      await store.write([
        indexed(),
        indexed({ event: { id: 'yesterday' } }, { ingested: suiteNow - day }),
        indexed({ event: { id: 'other' } }, { dataClass: 'short_too' }),
      ]);
      expect(await store.deletePartition('short', '2024-05-15', 0)).toBeUndefined();
      expect(await store.deletePartition('short', '2024-05-15', 1)).toBe(1);
      expect(await store.deletePartition('short', '2024-05-15')).toBe(0);
      expect(await store.deletePartition('short', '*')).toBe(0);
      expect(await found()).toEqual(['other', 'yesterday']);
    });
  });
}
