import { join } from 'node:path';
import type { JsonObject } from '@tidewatch/event';
import { type EventStore, type IndexedEvent, parseDataClasses, type Scope } from '@tidewatch/store';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import type { Consumer, NewRecord } from '@tidewatch/stream';
import { idleMark } from '@tidewatch/window';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeDeadLetter } from './dead_letters/letter.ts';
import { startIndexer } from './indexer.ts';
import { expectCounted, log, messages, openIngest, readAll } from './ingest.suite.ts';

const classes = parseDataClasses(`
classes:
  infrastructure: { description: servers, ttl: 30d, readers: [analyst] }
approvals: []
`);
const everyone: Scope = { principal: 'tests', dataClasses: 'all' };
const always = { from: 0, to: Number.POSITIVE_INFINITY };

let ingest: Awaited<ReturnType<typeof openIngest>>;
let store: DuckDbStore;
let indexer: Consumer | undefined;
beforeEach(async () => {
  ingest = await openIngest();
  store = await openDuckDbStore({ directory: join(ingest.directory, 'store'), classes });
});
afterEach(async () => {
  await indexer?.close();
  indexer = undefined;
  await store.close();
  await ingest.dispose();
});

const stored: IndexedEvent[] = [];
const eventOf = ({ bytes }: IndexedEvent): JsonObject => JSON.parse(Buffer.from(bytes).toString());
async function index(into: EventStore = store.events): Promise<void> {
  stored.length = 0;
  const { events, deadLetters, letterOutcomes, metrics } = ingest;
  const onStored = (batch: readonly IndexedEvent[]) => stored.push(...batch);
  indexer = await startIndexer({ events, deadLetters, letterOutcomes, store: into, metrics, log, onStored });
  await indexer.drain();
}
const accept = (from: number, to: number, source = 'web') =>
  ingest.accept([], { classify: () => ({ dataClass: 'infrastructure' }) })(source, messages(from, to));
const count = () => store.events.count({ range: always }, everyone);
const letters = async () => (await readAll(ingest.deadLetters)).map(decodeDeadLetter);

/** The store, but for one write that goes as given. */
function once(write: (batch: readonly IndexedEvent[]) => ReturnType<EventStore['write']>): EventStore {
  let left = 1;
  return { ...store.events, write: (batch) => (left-- > 0 ? write(batch) : store.events.write(batch)) };
}

describe('startIndexer', () => {
  it('writes what was accepted to the store, and tells of it after that', async () => {
    await accept(0, 50);
    await index();
    expect(await count()).toBe(50);
    expect(stored.length).toBe(50);
    const [event] = stored;
    expect(await store.events.get(event!.head.id, everyone)).toEqual(eventOf(event!));
    await expectCounted(ingest.metrics, [
      ['index_documents_total', { data_class: 'infrastructure', outcome: 'stored' }, 50],
      ['stage_events_total', { stage: 'index', outcome: 'ok' }, 50],
      ['dead_letter_events_total', {}, 0],
    ]);
    expect((await ingest.events.stats()).groups).toMatchObject([{ group: 'index', records: 0 }]);
  });

  it('stores an event once when its batch comes again after a failure that had kept it', async () => {
    await accept(0, 50);
    await index(
      once(async (batch) => {
        await store.events.write(batch);
        throw new Error('the answer was lost');
      }),
    );
    expect(await count()).toBe(50);
    await expectCounted(ingest.metrics, [
      ['index_documents_total', { outcome: 'already_there' }, 50],
      ['index_documents_total', { outcome: 'stored' }, 0],
    ]);
  });

  it('waits for a store that fails, and loses nothing', async () => {
    await accept(0, 50);
    await index(
      once(async () => {
        throw new Error('the disk is away');
      }),
    );
    await accept(50, 60);
    await indexer?.drain();
    expect(await count()).toBe(60);
    expect(await letters()).toEqual([]);
  });

  it('goes on where it stood when it is started again', async () => {
    await accept(0, 20);
    await index();
    await indexer?.close();
    await accept(20, 30);
    await index();
    expect(stored.map((event) => eventOf(event).message)).toEqual(
      Array.from({ length: 10 }, (_, i) => `m${20 + i}`),
    );
    expect(await count()).toBe(30);
  });

  it('puts aside what it cannot decode and what the store rejects, with the bytes, and stores the rest', async () => {
    const raw = (text: string): NewRecord => ({ key: 'foreign', value: Buffer.from(text) });
    await accept(0, 3);
    const event = { id: 'x', dataset: 'd', ingested: '2026-11-21T09:08:05.250Z' };
    const tidewatch = { source: 'foreign', data_class: 'infrastructure' };
    await ingest.events.append([
      raw('no JSON'),
      raw('{"event":{"id":"bare"}}'),
      raw('null'),
      raw(JSON.stringify({ '@timestamp': 'yesterday', event, tidewatch })),
      raw(JSON.stringify({ '@timestamp': event.ingested, event: { ...event, ingested: 'x' }, tidewatch })),
    ]);
    await accept(3, 6);
    await index();
    expect(await count()).toBe(6);
    expect((await letters()).map(({ stage, reason, source }) => `${stage} ${reason} ${source}`)).toEqual([
      'index undecodable foreign',
      'index undecodable foreign',
      'index undecodable foreign',
      'index undecodable foreign',
      'index invalid_timestamp foreign',
    ]);
    expect(String((await letters())[0]?.raw)).toBe('no JSON');
    await expectCounted(ingest.metrics, [
      ['dead_letter_events_total', { stage: 'index', reason: 'undecodable' }, 4],
      ['stage_events_total', { stage: 'index', outcome: 'dead_lettered' }, 5],
      ['stage_events_total', { stage: 'index', outcome: 'ok' }, 6],
    ]);
  });

  it('passes idle marks by', async () => {
    await accept(0, 2);
    await ingest.events.append([idleMark('web', Date.now())]);
    await accept(2, 4);
    await index();
    expect(await count()).toBe(4);
    expect(await letters()).toEqual([]);
  });
});
