import { join } from 'node:path';
import { eventId } from '@tidewatch/event/ids';
import type { HostedPlugin } from '@tidewatch/plugin';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import type { Stream } from '@tidewatch/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIndexer } from '../indexer.ts';
import { eventsOf, log, openIngest, readAll, received, recordOf } from '../ingest.suite.ts';
import { type Desk, type Ingest, idsIn, openDesk } from './desk.suite.ts';
import { decodeDeadLetter } from './letter.ts';

let ingest: Ingest;
let desk: Desk | undefined;
beforeEach(async () => {
  ingest = await openIngest();
});
afterEach(async () => {
  await desk?.close();
  desk = undefined;
  await ingest.dispose();
});

const use = async (options?: Parameters<typeof openDesk>[1]): Promise<Desk> => {
  await desk?.close();
  desk = await openDesk(ingest, options);
  return desk;
};
const lettersNow = async () => (await readAll(ingest.deadLetters)).map(decodeDeadLetter);
/** A processor that fails on everything, as far as the pipeline sees it. */
const rejecting: HostedPlugin = {
  description: { name: 'rejecting', kind: 'processor', summary: 'For a test.', schema: {} },
  run: async (events) => events.map(() => ({ error: 'not yet' })),
  state: () => ({ state: 'running' }),
  close: async () => {},
};
const documents = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    recordOf(JSON.stringify({ message: `m${i}` }), {
      hints: { index: 'web-1', peer: '192.0.2.7', dataset: 'shop.orders' },
    }),
  );
const failsOnce = (stream: Stream): Stream => {
  let failures = 1;
  return {
    ...stream,
    append: (records) =>
      failures-- > 0 ? Promise.reject(new Error('the process died here')) : stream.append(records),
  };
};

describe('a replay', () => {
  it('makes the events that the records would have been, in order, and settles the letters', async () => {
    const answers = await ingest.accept([rejecting])('shop', documents(300));
    const { work, open, inState } = await use();
    expect(await open()).toEqual([{ stage: 'process', reason: 'plugin_failed', source: 'shop', count: 300 }]);
    const job = await work();
    expect(job).toMatchObject({ state: 'done', total: 300, done: 300, counts: { replayed: 300 } });
    const records = await readAll(ingest.events);
    const events = eventsOf(records);
    expect(events.map(({ event }) => event.id)).toEqual(
      answers.map((answer) => (answer.status === 'dead_letter' ? answer.id : '')),
    );
    expect(events.map(({ message }) => message)).toEqual(Array.from({ length: 300 }, (_, i) => `m${i}`));
    expect(events[0]).toMatchObject({
      event: { ingested: new Date(received).toISOString(), dataset: 'shop.orders' },
      tidewatch: { source: 'shop' },
    });
    expect(records.every(({ headers }) => headers['may-come-again'] === '1')).toBe(true);
    expect(await open()).toEqual([]);
    expect(await inState('replayed')).toHaveLength(300);
    expect(await ingest.metrics.sum('stage_events_total', { stage: 'replay', outcome: 'ok' })).toBe(300);
  });

  it('has nothing to do the second time, also after a restart', async () => {
    await ingest.accept([rejecting])('shop', documents(20));
    await (await use()).work();
    expect(await desk?.work()).toMatchObject({ state: 'done', total: 0 });
    const { work } = await use();
    expect(await work()).toMatchObject({ state: 'done', total: 0 });
    const ids = Array.from({ length: 20 }, (_, offset) => ({ partition: 0, offset }));
    expect(await work({ letters: { ids } })).toMatchObject({
      total: 20,
      counts: { skipped: 20, replayed: 0 },
    });
    expect(await idsIn(ingest.events)).toHaveLength(20);
  });

  it('and another of the same letters at the same time make each event once', async () => {
    await ingest.accept([rejecting])('shop', documents(40));
    const { start, ended } = await use();
    const ids = Array.from({ length: 30 }, (_, offset) => ({ partition: 0, offset }));
    const [all, some] = [start(), start({ letters: { ids } })];
    expect(await ended(all.id)).toMatchObject({ counts: { replayed: 40, skipped: 0 } });
    expect(await ended(some.id)).toMatchObject({ counts: { replayed: 0, skipped: 30 } });
    expect(await idsIn(ingest.events)).toHaveLength(40);
  });

  it('that dies between an event and its outcome is done again under the same ids', async () => {
    await ingest.accept([rejecting])('shop', documents(20));
    const dying = await use({ outcomes: failsOnce(ingest.letterOutcomes) });
    expect(await dying.work()).toMatchObject({ state: 'failed', detail: 'the process died here' });
    expect(await dying.inState('open')).toHaveLength(20);
    expect(await (await use()).work()).toMatchObject({ state: 'done', counts: { replayed: 20 } });
    const ids = await idsIn(ingest.events);
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(20);
    expect(await desk?.open()).toEqual([]);
  });

  it('that fails again makes no second letter, and says why in the outcome', async () => {
    await ingest.accept()('web', [recordOf('{"cut":'), recordOf('{"cut'), recordOf('[1]')]);
    const { work, open, inState, ledger } = await use();
    expect(await work()).toMatchObject({ state: 'done', counts: { failed_again: 3, replayed: 0 } });
    expect(await lettersNow()).toHaveLength(3);
    expect(await inState('failed')).toEqual([2, 1, 0]);
    expect((await open()).reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(await ledger.outcomeOf({ partition: 0, offset: 2 })).toMatchObject({
      outcome: 'failed_again',
      by: 'ann',
      reason: 'not_an_object',
      message: expect.stringContaining('not an object'),
    });
  });

  it('leaves what governance refuses as it is, and says so', async () => {
    await ingest.accept([rejecting])('shop', documents(3));
    const { work, inState } = await use({
      normaliser: { classify: () => ({ refused: 'no use-case claims it' }) },
    });
    expect(await work()).toMatchObject({ counts: { refused: 3 }, detail: 'no use-case claims it' });
    expect(await inState('pending')).toHaveLength(3);
  });

  it('gets those through that stand beside one on which a processor hangs', async () => {
    await ingest.accept([rejecting])('shop', [recordOf('{"message":"poison"}'), ...documents(3)]);
    const openProcessors = async () => [
      await ingest.plugin(
        'hanging',
        "() => (event) => { while (event.message === 'poison') {} return event; }",
        300,
      ),
    ];
    const { work } = await use({ openProcessors });
    expect(await work()).toMatchObject({ counts: { replayed: 3, failed_again: 1 } });
    expect(await idsIn(ingest.events)).toHaveLength(3);
  }, 60_000);

  it('takes letters of earlier versions, whose ids then follow from their places', async () => {
    const headers = { stage: 'normalise', reason: 'invalid_json', message: 'no', source: 'old' };
    await ingest.deadLetters.append([{ key: 'old', headers, value: Buffer.from('{"message":"old"}') }]);
    expect(await (await use()).work()).toMatchObject({ counts: { replayed: 1 } });
    const [event] = eventsOf(await readAll(ingest.events));
    expect(event?.event.id).toBe(eventId({ kind: 'letter', partition: 0, offset: 0 }));
    expect(event?.message).toBe('old');
  });

  it('waits while the stream has no room, and goes on', async () => {
    await ingest.accept([rejecting])('shop', documents(5));
    const tight = await openIngest({ diskBudgetBytes: 1_024 });
    let full = 2;
    const events: Stream = {
      ...ingest.events,
      append: (records) => (full-- > 0 ? tight.events.append(records) : ingest.events.append(records)),
    };
    expect(await (await use({ events })).work()).toMatchObject({ state: 'done', counts: { replayed: 5 } });
    expect(await idsIn(ingest.events)).toHaveLength(5);
    await tight.dispose();
  });
});

describe('an event that the store rejected', () => {
  it('is stored once when its class exists again, and tells its letter when it does not', async () => {
    const classesWith = (name: string) =>
      parseDataClasses(
        `classes:\n  ${name}: { description: d, ttl: 30d, readers: [analyst] }\napprovals: []\n`,
      );
    const { events, deadLetters, letterOutcomes, metrics } = ingest;
    const index = async (folder: string, name: string) => {
      const store = await openDuckDbStore({
        directory: join(ingest.directory, folder),
        classes: classesWith(name),
      });
      const indexer = await startIndexer({
        events,
        deadLetters,
        letterOutcomes,
        store: store.events,
        metrics,
        log,
      });
      await indexer.drain();
      await indexer.close();
      const range = { from: 0, to: Number.MAX_SAFE_INTEGER };
      const count = await store.events.count({ range }, { principal: 'test', dataClasses: 'all' });
      await store.close();
      return count;
    };
    await ingest.accept([], { classify: () => ({ dataClass: 'shop' }) })('shop', documents(3));
    expect(await index('store', 'other')).toBe(0);
    expect(await lettersNow()).toMatchObject(
      Array.from({ length: 3 }, () => ({ stage: 'index', reason: 'unknown_class', source: 'shop' })),
    );

    const { work, inState } = await use();
    expect(await work()).toMatchObject({ counts: { replayed: 3 } });
    expect(await index('store', 'other')).toBe(0);
    expect(await lettersNow()).toHaveLength(3);
    expect(await inState('failed')).toHaveLength(3);

    expect(await work()).toMatchObject({ counts: { replayed: 3 } });
    expect(await index('store', 'shop')).toBe(3);
    expect(await inState('replayed')).toHaveLength(3);
  });
});

describe('dropping', () => {
  it('settles letters with a reason, and can be undone by job, filter or id', async () => {
    await ingest.accept()('web', [recordOf('{a'), recordOf('{b'), recordOf('{c')]);
    const { work, inState, ledger, open } = await use();
    const first = [{ partition: 0, offset: 0 }];
    const drop = await work({ verb: 'drop', letters: { ids: first }, note: 'a test' });
    expect(drop).toMatchObject({ state: 'done', counts: { dropped: 1 } });
    expect(await ledger.outcomeOf({ partition: 0, offset: 0 })).toMatchObject({
      outcome: 'dropped',
      message: 'a test',
    });
    expect((await open())[0]?.count).toBe(2);
    await work({ verb: 'drop', note: 'all of it' });
    expect(await inState('dropped')).toEqual([2, 1, 0]);
    expect(await work({ verb: 'restore', letters: { job: drop.id } })).toMatchObject({
      counts: { restored: 1 },
    });
    expect(await inState('pending')).toEqual([0]);
    expect(await work({ verb: 'restore' })).toMatchObject({ counts: { restored: 2 } });
    expect(await inState('open')).toEqual([2, 1, 0]);
    expect((await open())[0]?.count).toBe(3);
  });
});

describe('work', () => {
  it('is one job for a button pressed twice, waits its turn, and can be cancelled', async () => {
    await ingest.accept()('web', [recordOf('{a')]);
    const { start, ended, jobs, inState } = await use();
    const [one, same, other] = [start(), start(), start({ verb: 'drop', note: 'x' })];
    expect(same.id).toBe(one.id);
    expect(jobs.cancel(other.id)).toBe(true);
    expect(await ended(other.id)).toMatchObject({ state: 'cancelled', counts: { dropped: 0 } });
    expect(jobs.get(one.id)).toMatchObject({ state: 'done' });
    expect(jobs.cancel(other.id)).toBe(false);
    expect(jobs.list().map(({ id }) => id)).toEqual([other.id, one.id]);
    expect(await inState('failed')).toEqual([0]);
  });

  it('is refused while too much of it waits', async () => {
    const { start, jobs } = await use();
    const ids = (offset: number) => ({ letters: { ids: [{ partition: 0, offset }] } });
    for (let i = 0; i < 20; i++) start(ids(i));
    expect(() => start(ids(99))).toThrowError(expect.objectContaining({ code: 'TOO_MANY_JOBS' }));
    await jobs.close();
    expect(jobs.list().every(({ state }) => state === 'cancelled' || state === 'done')).toBe(true);
  });
});
