import { eventId } from '@tidewatch/event/ids';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeDeadLetter } from './dead_letters/letter.ts';
import { eventsOf, expectCounted, messages, openIngest, readAll, recordOf } from './ingest.suite.ts';

type Ingest = Awaited<ReturnType<typeof openIngest>>;
let ingest: Ingest;
beforeEach(async () => {
  ingest = await openIngest();
});
afterEach(() => ingest.dispose());

const good = (message: string) => recordOf(JSON.stringify({ message }));
const bad = (bytes = '{"cut":') => recordOf(bytes);
const empty = () => recordOf(' \n');
const messagesIn = async () => eventsOf(await readAll(ingest.events)).map(({ message }) => message);

/**
 * Watches the event loop until it is stopped, and then tells the longest turn in milliseconds of this process' own work:
 * time that other processes took is not its fault.
 */
function watchLoop(): () => number {
  let longest = 0;
  let watching = true;
  let time = performance.now();
  let work = process.cpuUsage();
  const turn = () => {
    const { user, system } = process.cpuUsage(work);
    longest = Math.max(longest, Math.min(performance.now() - time, (user + system) / 1_000));
    time = performance.now();
    work = process.cpuUsage();
    if (watching) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    watching = false;
    turn();
    return longest;
  };
}

describe('accept', () => {
  it('answers in the order given, with the ids of the events in the stream', async () => {
    const position = { kind: 'file', fingerprint: 'f00d', offset: 7 } as const;
    const answers = await ingest.accept()('web', [
      good('a'),
      bad(),
      empty(),
      recordOf('{"message":"b"}', { position }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['accepted', 'dead_letter', 'accepted', 'accepted']);
    expect(answers[1]).toMatchObject({ reason: 'invalid_json', message: expect.stringMatching(/JSON/) });
    expect(answers[3]).toMatchObject({ id: eventId(position) });
    const records = await readAll(ingest.events);
    expect(eventsOf(records).map(({ event, message }) => [message, event.id])).toEqual([
      ['a', (answers[0] as { id: string }).id],
      ['b', eventId(position)],
    ]);
    expect(records.map(({ key }) => key)).toEqual(['web', 'web']);
    expect(records.map(({ headers }) => headers)).toEqual([{}, { 'may-come-again': '1' }]);
  });

  it('answers a dead letter when it is durable, raw bytes, reason and all', async () => {
    const raw = Buffer.concat([Buffer.from('{"caf'), Buffer.from([0xe9, 0x00, 0xff])]);
    const [answer] = await ingest.accept()('web', [recordOf(raw)]);
    const [letter, ...others] = (await ingest.reread('dead-letters')).map(decodeDeadLetter);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ stage: 'normalise', reason: 'invalid_json', source: 'web' });
    expect(letter?.message).toBe((answer as { message: string }).message);
    expect(Buffer.from(letter?.raw ?? []).equals(raw)).toBe(true);
  });

  it('answers an event when it is durable', async () => {
    await ingest.accept()('web', [good('kept')]);
    expect(eventsOf(await ingest.reread('events'))).toMatchObject([{ message: 'kept' }]);
  });

  it('tells the sender of a refusal of governance, and keeps nothing of the record', async () => {
    const classify = (source: string) =>
      source === 'known' ? { dataClass: 'infrastructure' } : { refused: 'no use-case claims it' };
    const accept = ingest.accept([], { classify });
    expect(await accept('stranger', [good('secret')])).toEqual([
      { status: 'refused', reason: 'governance_refused', message: 'no use-case claims it' },
    ]);
    expect((await accept('known', [good('fine')]))[0]?.status).toBe('accepted');
    expect(await messagesIn()).toEqual(['fine']);
    expect(await readAll(ingest.deadLetters)).toEqual([]);
  });

  it('counts what it received, dropped and could not handle', async () => {
    const accept = ingest.accept([], { classify: () => ({ dataClass: 'infrastructure' }) });
    const deep = `{"a":${'['.repeat(40)}${']'.repeat(40)}}`;
    const records = [good('a'), good('b'), empty(), bad(), bad('nonsense'), bad(deep)];
    await accept('web', records);
    const bytes = records.reduce((sum, record) => sum + record.bytes.length, 0);
    await expectCounted(ingest.metrics, [
      ['bytes_received_total', { source: 'web' }, bytes],
      ['events_received_total', { source: 'web', data_class: 'infrastructure' }, 2],
      ['stage_events_total', { stage: 'normalise', outcome: 'ok' }, 2],
      ['stage_events_total', { stage: 'normalise', outcome: 'dropped' }, 1],
      ['stage_events_total', { stage: 'normalise', outcome: 'dead_lettered' }, 3],
      ['dead_letter_events_total', { stage: 'normalise', reason: 'invalid_json' }, 2],
      ['dead_letter_events_total', { stage: 'normalise', reason: 'too_deep' }, 1],
      ['dead_letter_events_total', {}, 3],
    ]);
  });

  it('takes 10,000 records in one call, in order, and lets the event loop breathe', async () => {
    const accept = ingest.accept();
    let longest = Number.POSITIVE_INFINITY;
    let sent = 0;
    // The first time much of it is compiled and the heap grows; other tests take the processor, too.
    for (let attempt = 0; attempt < 8 && longest > 50; attempt++, sent += 10_000) {
      const stop = watchLoop();
      const answers = await accept('web', messages(sent, sent + 10_000));
      longest = Math.min(longest, stop());
      expect(answers.length).toBe(10_000);
    }
    expect(longest).toBeLessThan(50);
    const found = await messagesIn();
    expect(found.length).toBe(sent);
    expect(found.every((message, i) => message === `m${i}`)).toBe(true);
  });

  it('puts an event aside that the log could not take, and takes those beside it', async () => {
    const large = recordOf(JSON.stringify({ message: '"'.repeat(6 * 1024 * 1024) }));
    const answers = await ingest.accept()('web', [good('a'), large, good('b')]);
    expect(answers.map(({ status }) => status)).toEqual(['accepted', 'dead_letter', 'accepted']);
    expect(answers[1]).toMatchObject({ reason: 'event_too_large' });
    expect(await messagesIn()).toEqual(['a', 'b']);
    const [letter] = (await readAll(ingest.deadLetters)).map(decodeDeadLetter);
    expect(letter?.raw.length).toBe(large.bytes.length);
  });
});

describe('accept on a full stream', () => {
  let full: Ingest;
  beforeEach(async () => {
    full = await openIngest({ diskBudgetBytes: 64 * 1024 });
  });
  afterEach(() => full.dispose());

  it('rejects the whole call, keeps nothing of it, and doubles nothing when it is sent again', async () => {
    const accept = full.accept();
    await accept('web', messages(0, 10));
    const tooMany = messages(10, 1_010);
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(accept('web', tooMany)).rejects.toMatchObject({ code: 'STREAM_FULL', status: 429 });
    expect((await readAll(full.events)).length).toBe(10);
    await expectCounted(full.metrics, [['events_received_total', { source: 'web' }, 10]]);

    await accept('web', tooMany.slice(0, 20));
    expect(eventsOf(await readAll(full.events)).map(({ message }) => message)).toEqual(
      Array.from({ length: 30 }, (_, i) => `m${i}`),
    );
  });

  it('rejects a call whose dead letters do not fit, before any of its events is kept', async () => {
    const accept = full.accept();
    const noise = recordOf(Buffer.alloc(80 * 1024, 'x'));
    await expect(accept('web', [good('a'), noise])).rejects.toMatchObject({ code: 'STREAM_FULL' });
    expect(await readAll(full.events)).toEqual([]);
    expect(await readAll(full.deadLetters)).toEqual([]);
  });
});
