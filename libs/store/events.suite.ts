import type { EcsEvent } from '@tidewatch/event';
import type { KqlNode } from '@tidewatch/query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveDataClasses, liveDataClasses } from './classes.ts';
import type { EventStore } from './contract.ts';
import { describeEventCounts } from './event_counts.suite.ts';
import { describeEventExpiry } from './event_expiry.suite.ts';
import {
  always,
  day,
  eventOf,
  everyone,
  indexed,
  kql,
  type OpenHarness,
  only,
  type StoreHarness,
  suiteClasses,
  suiteNow,
} from './fixtures.suite.ts';

const idsOf = (events: readonly EcsEvent[]): string[] => events.map(({ event }) => event.id);

/** Every page of a search, one after the other. */
async function pages(
  store: EventStore,
  limit: number,
  sort: 'newest' | 'oldest',
  query?: KqlNode,
): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.search(
      { range: always, sort, limit, ...(query && { query }), ...(after !== undefined && { after }) },
      everyone,
    );
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...idsOf(page.items));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

/** The promise of {@link EventStore}, for every adapter. */
export function describeEventStoreContract(name: string, open: OpenHarness<EventStore>): void {
  describe(`${name} keeps the event store's promise`, () => {
    let harness: StoreHarness<EventStore>;
    let store: EventStore;
    let classes: LiveDataClasses;
    beforeEach(async () => {
      classes = liveDataClasses(suiteClasses);
      harness = await open(classes, suiteNow);
      store = harness.store;
    });
    afterEach(() => harness.dispose());

    const search = async (query: string, scope = everyone): Promise<string[]> =>
      idsOf(
        (await store.search({ query: kql(query), range: always, sort: 'oldest', limit: 1_000 }, scope)).items,
      );

    it('gives back what was written, whole', async () => {
      const record = indexed({
        host: { name: 'web', ip: ['10.0.0.1', '::1'] },
        odd: { 'a.b': [{ c: null }], n: 1.5 },
      });
      expect(await store.write([record])).toEqual([{ status: 'stored' }]);
      expect(await store.get(record.head.id, everyone)).toEqual(eventOf(record));
      expect(await store.get('another', everyone)).toBeUndefined();
      const request = { range: always, sort: 'newest', limit: 5 } as const;
      expect(await store.documents(request, everyone)).toEqual({ items: [JSON.stringify(eventOf(record))] });
      expect(await store.documents(request, only())).toEqual({ items: [] });
    });

    it('answers already_there for a position written before, also after a restart', async () => {
      const batch = [indexed(), indexed(), indexed()];
      await store.write(batch.slice(0, 2));
      expect((await store.write(batch)).map(({ status }) => status)).toEqual([
        'already_there',
        'already_there',
        'stored',
      ]);
      store = await harness.reopen();
      expect((await store.write(batch)).map(({ status }) => status)).toEqual(Array(3).fill('already_there'));
      expect(await store.count({ range: always }, everyone)).toBe(3);
    });

    it('keeps positions per stream partition and per file', async () => {
      await store.write([indexed({}, { position: { partition: 0, offset: 50_000 } })]);
      const records = [
        indexed({}, { position: { partition: 1, offset: 7 } }),
        indexed({}, { position: { partition: 0, offset: 49_000 }, dataClass: 'middle' }),
        indexed({}, { position: { partition: 0, offset: 49_000 }, ingested: suiteNow - day }),
      ];
      expect((await store.write(records)).map(({ status }) => status)).toEqual(Array(3).fill('stored'));
    });

    it('looks for ids that senders chose, in the batch and in the partition', async () => {
      const chosen = (ingested = suiteNow) =>
        indexed({ event: { id: 'mine' } }, { senderChosenId: true, ingested });
      expect((await store.write([chosen(), chosen()])).map(({ status }) => status)).toEqual([
        'stored',
        'already_there',
      ]);
      expect(await store.write([chosen()])).toEqual([{ status: 'already_there' }]);
      expect(await store.write([chosen(suiteNow + 60_000)])).toEqual([{ status: 'already_there' }]);
      expect(await store.count({ range: always }, everyone)).toBe(1);
      store = await harness.reopen();
      expect(await store.write([chosen()])).toEqual([{ status: 'already_there' }]);
    });

    it('rejects what it can never keep, and keeps the rest', async () => {
      const noIngestion = indexed();
      const outcomes = await store.write([
        indexed({ '@timestamp': 'yesterday' }),
        indexed(),
        indexed({}, { dataClass: 'nowhere' }),
        { ...noIngestion, head: { ...noIngestion.head, ingested: Number.NaN } },
        indexed({ event: { id: '' } }),
      ]);
      expect(
        outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : outcome.status)),
      ).toEqual(['invalid_timestamp', 'stored', 'unknown_class', 'invalid_ingested', 'no_id']);
    });

    it('shows only the classes of the scope', async () => {
      await store.write([
        indexed({ event: { id: 'a' }, host: { name: 'h1' } }),
        indexed({ event: { id: 'b' }, host: { name: 'h2' } }, { dataClass: 'middle' }),
        indexed({ event: { id: 'c' }, secret: { field: 'x' } }, { dataClass: 'short_too' }),
      ]);
      const range = always;
      expect(await search('*', only('short'))).toEqual(['a']);
      expect(await search('*', only('short', 'middle'))).toEqual(['a', 'b']);
      expect(await search('*', only())).toEqual([]);
      expect(await search('*', only("short'; DROP TABLE events; --"))).toEqual([]);
      expect(await store.count({ range }, only('middle'))).toBe(1);
      expect(await store.get('c', only('short'))).toBeUndefined();
      expect(await store.fields(only('short'))).not.toContain('secret.field');
      expect(await store.fields(only('short_too'))).toContain('secret.field');
      expect(await store.topValues({ range, field: 'host.name', limit: 10 }, only('short'))).toEqual([
        { value: 'h1', count: 1 },
      ]);
      const [bucket] = await store.histogram(
        { range: { from: suiteNow, to: suiteNow + 1 }, stepMs: day },
        only('middle'),
      );
      expect(bucket?.count).toBe(1);
    });

    it('pages by time and id without gaps or repeats, over files and equal times', async () => {
      const records = Array.from({ length: 57 }, (_, i) =>
        indexed(
          { n: i },
          {
            time: suiteNow - (i % 5) * 1_000,
            dataClass: i % 2 === 0 ? 'short' : 'middle',
            ingested: suiteNow - (i % 3) * day,
            position: { partition: 0, offset: 100_000 + i },
          },
        ),
      );
      // The same id and time in two files: a retry on the next day.
      const twin = (ingested: number) =>
        indexed({ event: { id: 'twin' } }, { ingested, senderChosenId: true, time: suiteNow });
      await store.write([...records, twin(suiteNow), twin(suiteNow - day), twin(suiteNow - 2 * day)]);
      const newest = await pages(store, 7, 'newest');
      expect(newest).toHaveLength(60);
      const sorted = [...records]
        .sort(({ head: a }, { head: b }) => b.time - a.time || (a.id < b.id ? 1 : -1))
        .map(({ head }) => head.id);
      expect(newest.filter((id) => id !== 'twin')).toEqual(sorted);
      expect(await pages(store, 7, 'oldest')).toEqual([...newest].reverse());
      for (const limit of [1, 20, 60, 1_000]) expect(await pages(store, limit, 'newest')).toEqual(newest);
      expect(await pages(store, 4, 'newest', kql('n < 20'))).toHaveLength(20);
    });

    it('refuses page tokens that it never gave', async () => {
      await store.write([indexed()]);
      for (const after of ['', 'x', 'W10', Buffer.from('[1]').toString('base64url')])
        await expect(
          store.search({ range: always, sort: 'newest', limit: 1, after }, everyone),
        ).rejects.toMatchObject({
          code: 'PAGE_TOKEN_INVALID',
        });
    });

    it('takes the start of a range and leaves its end', async () => {
      await store.write([indexed({ event: { id: 'at' } }, { time: suiteNow })]);
      const count = (from: number, to: number) => store.count({ range: { from, to } }, everyone);
      expect(await count(suiteNow, suiteNow + 1)).toBe(1);
      expect(await count(suiteNow - 1, suiteNow)).toBe(0);
      expect(await count(suiteNow + 1, suiteNow + 2)).toBe(0);
    });

    it('finds nothing by unknown fields, and everything by their absence', async () => {
      await store.write([indexed({ event: { id: 'a' } })]);
      expect(await search('no.such: x')).toEqual([]);
      expect(await search('no.such > 5')).toEqual([]);
      expect(await search('nothing.*: x')).toEqual([]);
      expect(await search('not no.such: x')).toEqual(['a']);
    });

    it('takes hostile text for what it is', async () => {
      const texts = [
        "o'brien",
        "'; DROP TABLE events; --",
        'a"b',
        '$1',
        '$' + '{x}',
        '😀',
        'nul\0end',
        '%_',
        '\\',
        '\u202e',
        'a\nb',
      ];
      const ids = texts.map((_, i) => `hostile-${String(i).padStart(2, '0')}`);
      await store.write(
        texts.map((text, i) =>
          indexed({
            event: { id: ids[i] as string },
            user: { name: text },
            [text]: { [text]: text },
            list: [text, 'x'],
          }),
        ),
      );
      const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
      for (const [i, text] of texts.entries()) {
        expect(await search(`user.name: ${quoted(text)}`)).toEqual([ids[i]]);
        expect(await search(`${quoted(text)}: y or ${quoted(`${text}.${text}`)}: ${quoted(text)}`)).toEqual([
          ids[i],
        ]);
        expect(await search(`list: ${quoted(text)}`)).toEqual([ids[i]]);
        const field = `${text}.${text}`;
        expect(await store.topValues({ range: always, field, limit: 5 }, everyone)).toEqual([
          { value: text, count: 1 },
        ]);
        expect(await search('*', only(text))).toEqual([]);
        expect(await store.get(text, everyone)).toBeUndefined();
      }
      expect(await store.topValues({ range: always, field: 'a..b', limit: 5 }, everyone)).toEqual([]);
      expect(await search('"a..b": x')).toEqual([]);
    });

    it('keeps events with broken Unicode searchable', async () => {
      await store.write([
        indexed({ event: { id: 'broken' }, user: { name: 'x\ud800y' }, '\udc00key': 1, note: 'fine' }),
        indexed({ event: { id: 'sound' }, note: 'fine' }),
      ]);
      expect(await search('note: fine')).toEqual(['broken', 'sound']);
      expect((await store.get('broken', everyone))?.user).toEqual({ name: 'x\ufffdy' });
    });

    it('lists the fields it has seen, also after a restart', async () => {
      await store.write([indexed({ a: { b: [{ c: 1 }], d: ['x'] } })]);
      const expected = ['@timestamp', 'a.b.c', 'a.d', 'event.dataset', 'event.id'];
      expect(await store.fields(everyone)).toEqual(expect.arrayContaining(expected));
      store = await harness.reopen();
      expect(await store.fields(everyone)).toEqual(expect.arrayContaining(expected));
    });

    it('reports what it holds', async () => {
      await store.write([
        indexed({}, { time: suiteNow - 5 }),
        indexed({}, { time: suiteNow }),
        indexed({}, { dataClass: 'middle' }),
      ]);
      const { events, bytes, partitions } = await store.stats();
      expect(events).toBe(3);
      expect(bytes).toBeGreaterThan(0);
      expect(partitions.find(({ dataClass }) => dataClass === 'short')).toMatchObject({
        events: 2,
        from: suiteNow - 5,
        to: suiteNow,
      });
    });

    it('reads while it writes', async () => {
      const batches = Array.from({ length: 10 }, () => Array.from({ length: 50 }, () => indexed()));
      const writing = Promise.all(batches.map((batch) => store.write(batch)));
      const counts = await Promise.all(
        Array.from({ length: 10 }, () => store.count({ range: always }, everyone)),
      );
      for (const count of counts) expect(count % 50).toBe(0);
      await writing;
      expect(await store.count({ range: always }, everyone)).toBe(500);
    });

    describeEventCounts(() => store);

    describeEventExpiry(
      () => harness,
      () => classes,
    );
  });
}
