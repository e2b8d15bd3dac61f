import type { DataClass, EcsEvent, Engine, Json, JsonObject, Level, Match } from '@tidewatch/event';
import { type KqlNode, parseKql } from '@tidewatch/query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DataClasses } from './classes.ts';
import { parseDataClasses } from './classes.ts';
import type { AlertStore, EventStore, IndexedEvent, Scope } from './contract.ts';

/** What an adapter must offer for its suite: a fresh store, the same one again after a restart, and its clock. */
export interface StoreHarness<Store> {
  readonly store: Store;
  /** Closes the store and opens it again on what it kept. */
  reopen(): Promise<Store>;
  setTime(now: number): void;
  dispose(): Promise<void>;
}

export type OpenHarness<Store> = (classes: DataClasses, now: number) => Promise<StoreHarness<Store>>;

const day = 86_400_000;
/** A Wednesday. */
export const suiteNow = Date.UTC(2024, 4, 15, 12);
const everyone: Scope = { principal: 'tests', dataClasses: 'all' };
const only = (...dataClasses: DataClass[]): Scope => ({ principal: 'tests', dataClasses });
const always = { from: 0, to: Number.POSITIVE_INFINITY };

export const suiteClasses = parseDataClasses(`
classes:
  short: { description: by day, ttl: 7d, readers: [analyst] }
  middle: { description: by week, ttl: 90d, readers: [analyst] }
  short_too: { description: its name begins like another, ttl: 7d, readers: [analyst] }
  alerts: { description: alerts, ttl: 365d, readers: [analyst] }
approvals: []
`);

export function kql(text: string): KqlNode {
  const parsed = parseKql(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  return parsed.ast;
}

let offset = 0;

/** An event of the suite; fields given come over the default ones. */
export function indexed(
  fields: JsonObject = {},
  record: Partial<Omit<IndexedEvent, 'event'>> & { time?: number } = {},
): IndexedEvent {
  const { time = suiteNow, dataClass = 'short', ingested = suiteNow, ...rest } = record;
  const position = rest.position ?? { partition: 0, offset: offset++ };
  const own = (fields.event ?? {}) as JsonObject;
  const id =
    (own.id as string | undefined) ??
    `event-${position.partition}-${String(position.offset).padStart(6, '0')}`;
  const event: EcsEvent = {
    '@timestamp': new Date(time).toISOString(),
    ...fields,
    event: { dataset: 'test', ingested: new Date(ingested).toISOString(), ...own, id },
    tidewatch: { source: 'suite', data_class: dataClass },
  };
  return { dataClass, ingested, senderChosenId: false, ...rest, position, event };
}

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
    beforeEach(async () => {
      harness = await open(suiteClasses, suiteNow);
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
      expect(await store.get(record.event.event.id, everyone)).toEqual(record.event);
      expect(await store.get('another', everyone)).toBeUndefined();
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
      const noTime = indexed();
      const outcomes = await store.write([
        { ...noTime, event: { ...noTime.event, '@timestamp': 'yesterday' } },
        indexed(),
        indexed({}, { dataClass: 'nowhere' }),
        { ...indexed(), ingested: Number.NaN },
      ]);
      expect(
        outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : outcome.status)),
      ).toEqual(['invalid_timestamp', 'stored', 'unknown_class', 'invalid_ingested']);
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
        .sort(
          (a, b) =>
            b.event['@timestamp'].localeCompare(a.event['@timestamp']) ||
            (a.event.event.id < b.event.event.id ? 1 : -1),
        )
        .map(({ event }) => event.event.id);
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

    it('counts in aligned buckets, empty ones included', async () => {
      const hour = 3_600_000;
      const web = { host: { name: 'web' } };
      await store.write([
        indexed(web, { time: suiteNow + 1 }),
        indexed({ host: { name: ['web', 'db'] } }, { time: suiteNow + 2 * hour, dataClass: 'middle' }),
        indexed({}, { time: suiteNow + 2 * hour + 1 }),
      ]);
      const range = { from: suiteNow - hour + 5, to: suiteNow + 3 * hour };
      expect(await store.histogram({ range, stepMs: hour }, everyone)).toEqual(
        [0, 1, 0, 2].map((count, i) => ({ start: suiteNow + (i - 1) * hour, count })),
      );
      const split = await store.histogram({ range, stepMs: hour, split: 'host.name' }, everyone);
      expect(split.map((bucket) => bucket.split)).toEqual([{}, { web: 1 }, {}, { web: 1, db: 1 }]);
      expect(
        await store.histogram({ range, stepMs: hour, query: kql('host.name: db') }, everyone),
      ).toMatchObject([{ count: 0 }, { count: 0 }, { count: 0 }, { count: 1 }]);
    });

    it('finds the most frequent values of any field, each event once', async () => {
      const values: Json[] = ['b', 'a', ['a', 'a', 'c'], 7, 7.5, true, null, { x: 1 }, [], 'a'];
      await store.write(values.map((value) => indexed({ custom: { field: value }, host: { name: value } })));
      for (const field of ['custom.field', 'host.name']) {
        expect(await store.topValues({ range: always, field, limit: 3 }, everyone)).toEqual([
          { value: 'a', count: 3 },
          { value: 'b', count: 1 },
          { value: 'c', count: 1 },
        ]);
        const all = await store.topValues({ range: always, field, limit: 100 }, everyone);
        expect(all.map(({ value }) => value)).toEqual(expect.arrayContaining([7, 7.5, true]));
        expect(all).toHaveLength(6);
      }
      expect(await store.topValues({ range: always, field: 'no.such', limit: 3 }, everyone)).toEqual([]);
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
      const expected = ['@timestamp', 'a.b', 'a.b.c', 'a.d', 'event.dataset', 'event.id'];
      expect(await store.fields(everyone)).toEqual(expect.arrayContaining(expected));
      store = await harness.reopen();
      expect(await store.fields(everyone)).toEqual(expect.arrayContaining(expected));
    });

    it('drops a partition when its last event is past its time to live', async () => {
      await store.write([
        indexed({ event: { id: 'old' } }, { ingested: suiteNow - 3 * day }),
        indexed({ event: { id: 'new' } }),
        indexed({ event: { id: 'long' } }, { ingested: suiteNow - 3 * day, dataClass: 'middle' }),
      ]);
      const dayEnd = Date.UTC(2024, 4, 13);
      expect(await store.expire(dayEnd + 7 * day - 1)).toEqual([]);
      expect(await store.expire(dayEnd + 7 * day)).toMatchObject([{ dataClass: 'short', records: 1 }]);
      expect(await search('*')).toEqual(['long', 'new']);
      expect(await store.expire(dayEnd + 7 * day)).toEqual([]);
      store = await harness.reopen();
      expect(await search('*')).toEqual(['long', 'new']);
      await store.expire(suiteNow + 200 * day);
      expect(await search('*')).toEqual([]);
      expect((await store.stats()).partitions).toEqual([]);
    });

    it('deletes a class at once, and no other', async () => {
      await store.write([
        indexed(),
        indexed({}, { ingested: suiteNow - day }),
        indexed({ event: { id: 'kept' } }, { dataClass: 'short_too' }),
      ]);
      expect(await store.deleteClass('short')).toBe(2);
      expect(await store.deleteClass('short')).toBe(0);
      expect(await search('*')).toEqual(['kept']);
      expect(await store.write([indexed({ event: { id: 'anew' } })])).toEqual([{ status: 'stored' }]);
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
  });
}

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

function match(options: MatchOptions = {}): Match {
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
    id: `match-${rule}-${record.event.event.id}`,
    detector: { engine, id: rule, title: `Rule ${rule}`, level, tags: ['attack.t1110'] },
    key: [
      { field: 'host.name', value: host },
      { field: 'user.name', value: user },
    ],
    time,
    position: record.position,
    bucketMs: 3_600_000,
    dataClass,
    event: record.event,
    explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
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
        { effect: 'joined', alert: { id: first[0]!.alert.id, count: 3, version: 3 } },
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
      await store.change([{ id, version: 1 }], { action: 'acknowledge' }, 'ann');
      await store.change([{ id }], { action: 'close', reason: 'benign_positive', note: 'a drill' }, 'ben');
      expect(await store.get(id, everyone)).toMatchObject({
        status: 'closed',
        reason: 'benign_positive',
        assignee: 'ann',
        version: 3,
      });
      await store.change([{ id }], { action: 'note', note: 'again' }, 'ann');
      const { changed } = await store.change([{ id }], { action: 'reopen' }, 'ann');
      expect(changed[0]).toMatchObject({ status: 'open', reason: null });
      expect(changed[0]?.history.map(({ by, action, note }) => [by, action, note])).toEqual([
        ['tidewatch', 'opened', undefined],
        ['ann', 'acknowledged', undefined],
        ['ben', 'closed', 'a drill'],
        ['ann', 'noted', 'again'],
        ['ann', 'reopened', undefined],
      ]);
    });

    it('reports alerts that moved on or do not exist, and changes the others', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      await store.apply([match({ rule: 'a' })]);
      const ids = [{ id: a.id, version: 1 }, { id: b.id, version: 1 }, { id: 'no such' }];
      const { changed, conflicts } = await store.change(ids, { action: 'acknowledge' }, 'ann');
      expect(changed.map(({ id }) => id)).toEqual([b.id]);
      expect(conflicts).toEqual([a.id, 'no such']);
      expect(await store.get(a.id, everyone)).toMatchObject({ status: 'open', version: 2 });
    });

    it('reopens a closed alert by a new match, unless it was closed as false positive or expected', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      await store.change([{ id: a.id }], { action: 'close', reason: 'true_positive' }, 'ann');
      await store.change([{ id: b.id }], { action: 'close', reason: 'false_positive' }, 'ann');
      const effects = await store.apply([match({ rule: 'a' }), match({ rule: 'a' }), match({ rule: 'b' })]);
      expect(effects).toMatchObject([
        { effect: 'reopened', alert: { status: 'open', reason: null, count: 3 } },
        { effect: 'joined', alert: { status: 'closed', reason: 'false_positive', sinceClosed: 1, count: 2 } },
      ]);
    });

    it('undoes a change for ten minutes, also after a restart', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      await store.change([{ id: a.id }], { action: 'acknowledge' }, 'ann');
      const closing = await store.change(
        [{ id: a.id }, { id: b.id }],
        { action: 'close', reason: 'duplicate' },
        'ann',
      );
      store = await harness.reopen();
      const { changed, conflicts } = await store.undo(closing.changeId, 'ann');
      expect(conflicts).toEqual([]);
      expect(changed.map(({ status, reason, assignee }) => [status, reason, assignee])).toEqual([
        ['acknowledged', null, 'ann'],
        ['open', null, null],
      ]);
      expect(changed[0]?.history.at(-1)).toMatchObject({ by: 'ann', action: 'undone' });
      await expect(store.undo(closing.changeId, 'ann')).rejects.toMatchObject({ code: 'CHANGE_UNKNOWN' });
      const late = await store.change([{ id: a.id }], { action: 'acknowledge' }, 'ann');
      harness.setTime(suiteNow + 600_001);
      await expect(store.undo(late.changeId, 'ann')).rejects.toMatchObject({ code: 'CHANGE_UNKNOWN' });
    });

    it('does not undo over what somebody did since, but keeps matches that joined', async () => {
      const [a, b] = [await one({ rule: 'a' }), await one({ rule: 'b' })];
      const change = await store.change([{ id: a.id }, { id: b.id }], { action: 'acknowledge' }, 'ann');
      await store.change([{ id: a.id }], { action: 'note', note: 'mine now' }, 'ben');
      await store.apply([match({ rule: 'b' })]);
      const { changed, conflicts } = await store.undo(change.changeId, 'ann');
      expect(conflicts).toEqual([a.id]);
      expect(changed).toMatchObject([{ id: b.id, status: 'open', assignee: null, count: 2 }]);
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
      await store.change([{ id: a.id }], { action: 'close', reason: 'true_positive' }, 'ann');
      await store.change([{ id: a.id }], { action: 'acknowledge' }, 'ann');
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
      await store.change([{ id: c.id }], { action: 'acknowledge' }, 'ann');
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
      expect(await store.confirmUpTo(bucket.end - 1)).toBe(0);
      expect(await store.confirmUpTo(bucket.end)).toBe(1);
      expect(await store.confirmUpTo(bucket.end)).toBe(0);
      expect(await store.get(id, everyone)).toMatchObject({ finality: 'confirmed', version: 1 });
      expect(await store.apply([match()])).toMatchObject([{ alert: { finality: 'amended' } }]);
      store = await harness.reopen();
      expect(await store.get(id, everyone)).toMatchObject({ finality: 'amended' });
    });

    it('forgets alerts past their time to live, and classes taken away', async () => {
      await one({ rule: 'a' });
      await one({ rule: 'b', dataClass: 'middle' });
      expect(await store.expire(suiteNow + 365 * day)).toEqual([]);
      harness.setTime(suiteNow + day);
      await one({ rule: 'c' });
      expect(await store.expire(suiteNow + 365 * day + 1)).toMatchObject([
        { dataClass: 'alerts', records: 2 },
      ]);
      expect(await titles('*')).toEqual(['c']);
      expect(await store.deleteClass('short')).toBe(1);
      expect(await titles('*')).toEqual([]);
    });
  });
}
