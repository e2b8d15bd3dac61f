import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { liveDataClasses, parseDataClasses } from '../classes.ts';
import type { IndexedEvent } from '../contract.ts';
import { always, eventOf, everyone, indexed, kql, suiteClasses } from '../fixtures.suite.ts';
import { type DuckDbStore, openDuckDbStore } from './index.ts';

let directory: string;
let store: DuckDbStore;
const classes = liveDataClasses(suiteClasses);
const open = () => openDuckDbStore({ directory, classes });
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-write-'));
  store = await open();
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const withBytes = (record: IndexedEvent, bytes: Uint8Array): IndexedEvent => ({ ...record, bytes });
const ids = (events: readonly EcsEvent[]): string[] => events.map(({ event }) => event.id);

async function everything(): Promise<EcsEvent[]> {
  const events: EcsEvent[] = [];
  let after: string | undefined;
  do {
    const request = { range: always, sort: 'oldest', limit: 1_000 } as const;
    const page = await store.events.search({ ...request, ...(after !== undefined && { after }) }, everyone);
    events.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return events;
}

it('keeps texts of any length, whole, over many chunks and a restart', async () => {
  const records = Array.from({ length: 1_300 }, (_, i) =>
    indexed({
      host: { name: 'h'.repeat(i % 40) },
      message: i % 400 === 399 ? `${i} ${'ü'.repeat(200_000)}` : `${i}`,
      source: { ip: `10.0.${i >> 8}.${i & 255}`, port: i },
      user: { name: `"${'q'.repeat(i % 30)}` },
      note: `n${i}x`,
    }),
  );
  await store.events.write(records);
  for (let round = 0; round < 2; round++) {
    expect(await everything()).toEqual(records.map(eventOf));
    const found = async (query: string) =>
      ids(
        (
          await store.events.search(
            { query: kql(query), range: always, sort: 'oldest', limit: 1_000 },
            everyone,
          )
        ).items,
      );
    for (const i of [0, 511, 512, 1_299]) {
      const id = [records[i]!.head.id];
      expect(await found(`note: n${i}x`)).toEqual(id);
      expect(await found(`n${i}x`)).toEqual(id);
      expect(await found(`source.port: ${i}`)).toEqual(id);
      expect(await found(`source.ip: 10.0.${i >> 8}.${i & 255}/32`)).toEqual(id);
    }
    const names = await store.events.topValues({ range: always, field: 'host.name', limit: 50 }, everyone);
    expect(names).toHaveLength(40);
    expect(names.find(({ value }) => value === 'h'.repeat(12))?.count).toBe(33);
    await store.close();
    store = await open();
  }
});

it('rejects what is no JSON, and keeps the rest', async () => {
  const records = Array.from({ length: 600 }, (_, i) => {
    const record = indexed();
    if (i % 100 !== 7) return record;
    const whole = Buffer.from(record.bytes);
    return withBytes(record, i === 7 ? Buffer.alloc(0) : whole.subarray(0, whole.length - 1));
  });
  const outcomes = await store.events.write(records);
  const refused = outcomes.flatMap((outcome, i) => (outcome.status === 'rejected' ? [i] : []));
  expect(refused).toEqual([7, 107, 207, 307, 407, 507]);
  expect(outcomes[7]).toMatchObject({ reason: 'invalid_json' });
  const kept = records.filter((_, i) => !refused.includes(i));
  expect(ids(await everything())).toEqual(kept.map(({ head }) => head.id));
  expect((await store.events.stats()).events).toBe(594);
  const nothing = await store.events.write([withBytes(indexed(), Buffer.from('[1]'))]);
  expect(nothing).toMatchObject([{ status: 'rejected', reason: 'invalid_json' }]);
});

it('gives a document on one line that came on several', async () => {
  const record = indexed({ note: 'two\nlines' });
  await store.events.write([withBytes(record, Buffer.from(JSON.stringify(eventOf(record), null, 2)))]);
  const request = { range: always, sort: 'newest', limit: 5 } as const;
  const { items } = await store.events.documents(request, everyone);
  expect(items.map((json) => json.split('\n').length)).toEqual([1]);
  expect(items.map((json) => JSON.parse(json))).toEqual([eventOf(record)]);
});

it('replaces what is no Unicode, in its own document only', async () => {
  const sound = indexed({ note: 'täst ☃' });
  const records = ['note', 'user', 'more'].map((key) => indexed({ [key]: 'x???y', long: 'z'.repeat(50) }));
  const broken = records.map((record) => {
    const bytes = Buffer.from(record.bytes);
    bytes.set([0xc3, 0x28, 0xff], bytes.indexOf('???'));
    return withBytes(record, bytes);
  });
  const escaped = withBytes(
    indexed({ event: { id: 'escaped' } }),
    Buffer.from(
      indexed({ event: { id: 'escaped' }, note: '???' })
        .bytes.toString()
        .replace('???', '\\uD83D\\uDE00\\uDE00'),
    ),
  );
  const outcomes = await store.events.write([sound, ...broken, escaped, indexed()]);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['stored']));
  expect(await store.events.get(sound.head.id, everyone)).toEqual(eventOf(sound));
  for (const [i, key] of ['note', 'user', 'more'].entries())
    expect((await store.events.get(broken[i]!.head.id, everyone))?.[key]).toBe('x\ufffd(\ufffdy');
  expect((await store.events.get('escaped', everyone))?.note).toBe('😀\ufffd');
});

it('knows what comes again after its time to live, and so its partition, has changed', async () => {
  const chosen = (id: string) => indexed({ event: { id } }, { senderChosenId: true });
  const [first, second] = [chosen('chosen'), indexed()];
  await store.events.write([first, second]);
  const changed = parseDataClasses(
    'classes:\n  short: { description: by week, ttl: 90d, readers: [a] }\napprovals: []\n',
  );
  try {
    classes.replace(changed);
    await store.close();
    store = await open();
    expect(await store.events.write([first, second, chosen('chosen'), chosen('other')])).toEqual([
      { status: 'already_there' },
      { status: 'already_there' },
      { status: 'already_there' },
      { status: 'stored' },
    ]);
    expect((await store.events.stats()).partitions.map(({ partition }) => partition).sort()).toEqual([
      '2024-05-15',
      '2024-w20',
    ]);
  } finally {
    classes.replace(suiteClasses);
  }
});
