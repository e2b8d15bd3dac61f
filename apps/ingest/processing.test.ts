import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeDeadLetter } from './dead_letters/letter.ts';
import { eventsOf, expectCounted, openIngest, readAll, received, recordOf } from './ingest.suite.ts';

let ingest: Awaited<ReturnType<typeof openIngest>>;
beforeEach(async () => {
  ingest = await openIngest();
});
afterEach(() => ingest.dispose());

const good = (message: string) => recordOf(JSON.stringify({ message }));
const kept = async () => eventsOf(await readAll(ingest.events));
const letters = async () => (await readAll(ingest.deadLetters)).map(decodeDeadLetter);

describe('users’ processors', () => {
  it('change, drop and fail on single events, and each sees what the one before made of it', async () => {
    const first = await ingest.plugin(
      'first',
      `() => (event) => {
        if (event.message === 'bad') throw new Error('cannot digest it');
        if (event.message === 'odd') return 'no event';
        return event.message === 'noise' ? null : { ...event, message: event.message + '1' };
      }`,
    );
    const second = await ingest.plugin(
      'second',
      "() => (event) => ({ ...event, message: event.message + '2' })",
    );
    const accept = ingest.accept([first, second]);
    const answers = await accept('web', [
      good('a'),
      good('bad'),
      recordOf('{"cut":'),
      good('noise'),
      good('odd'),
      good('b'),
    ]);
    expect(answers.map((answer) => ('reason' in answer ? answer.reason : answer.status))).toEqual([
      'accepted',
      'plugin_failed',
      'invalid_json',
      'accepted',
      'plugin_failed',
      'accepted',
    ]);
    expect((await kept()).map(({ message }) => message)).toEqual(['a12', 'b12']);
    expect(
      (await letters()).map(({ stage, reason, message, raw }) => [stage, reason, message, String(raw)]),
    ).toEqual([
      ['process', 'plugin_failed', 'The plugin first failed: cannot digest it', '{"message":"bad"}'],
      ['normalise', 'invalid_json', expect.any(String), '{"cut":'],
      ['process', 'plugin_failed', expect.stringContaining('neither an event nor null'), '{"message":"odd"}'],
    ]);
    await expectCounted(ingest.metrics, [
      ['stage_events_total', { stage: 'normalise', outcome: 'ok' }, 2],
      ['stage_events_total', { stage: 'normalise', outcome: 'dropped' }, 1],
      ['stage_events_total', { stage: 'normalise', outcome: 'dead_lettered' }, 1],
      ['stage_events_total', { stage: 'process', outcome: 'dead_lettered' }, 2],
      ['dead_letter_events_total', { stage: 'process', reason: 'plugin_failed' }, 2],
    ]);
  });

  it('cannot change what an event is, only what it says', async () => {
    const forger = await ingest.plugin(
      'forger',
      `() => (event) => ({
        '@timestamp': event.message === 'shifted' ? '2026-11-20T10:00:00+01:00' : 'yesterday',
        user: { name: 'jane' },
        event: event.message === 'shattered'
          ? 7
          : { id: 'mine', ingested: '1999-01-01T00:00:00.000Z', dataset: 5, action: 'forged' },
        tidewatch: { source: 'other', data_class: 'public' },
      })`,
    );
    const accept = ingest.accept([forger], { classify: () => ({ dataClass: 'security' }) });
    const answers = await accept('web', [good('shifted'), good('shattered')]);
    const [shifted, shattered] = await kept();
    expect(shifted).toMatchObject({
      '@timestamp': '2026-11-20T09:00:00.000Z',
      user: { name: 'jane' },
      event: {
        id: (answers[0] as { id: string }).id,
        ingested: new Date(received).toISOString(),
        dataset: 'generic.json',
        action: 'forged',
      },
      tidewatch: { source: 'web', data_class: 'security' },
    });
    expect(shattered).toMatchObject({
      '@timestamp': new Date(received).toISOString(),
      event: { id: (answers[1] as { id: string }).id, dataset: 'generic.json' },
      tidewatch: { source: 'web', data_class: 'security' },
    });
    expect(shifted).not.toHaveProperty('message');
  });

  it('that loop for ever cost their own batch alone, not one that waits beside it', {
    retry: 3,
  }, async () => {
    const looping = await ingest.plugin(
      'looping',
      "() => (event) => { while (event.message === 'loop') {} return event; }",
      4_000,
    );
    const accept = ingest.accept([looping]);
    const [first, beside, behind] = await Promise.all([
      accept('one', [good('loop'), good('with it')]),
      accept('two', [good('beside')]),
      accept('three', [good('behind')]),
    ]);
    expect(first.map(({ status }) => status)).toEqual(['dead_letter', 'dead_letter']);
    expect(first[0]).toMatchObject({
      reason: 'plugin_failed',
      message: expect.stringContaining('took more than 4000 ms'),
    });
    expect([...beside, ...behind].map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    expect((await kept()).map(({ message }) => message)).toEqual(['beside', 'behind']);
    expect((await letters()).map(({ raw }) => String(raw))).toEqual([
      '{"message":"loop"}',
      '{"message":"with it"}',
    ]);
  });
});
