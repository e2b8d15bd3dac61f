import type { DeadLetterJob } from '@tidewatch/api/schemas';
import { expect, it } from 'vitest';
import { bytesOf, groupByReason, hexLines, hintText, outcomeText, progressText } from './letter-view.ts';

const job: DeadLetterJob = {
  id: 'j',
  verb: 'replay',
  by: 'ann',
  state: 'running',
  done: 0,
  counts: { replayed: 0, failed_again: 0, refused: 0, dropped: 0, restored: 0, skipped: 0 },
  createdAt: 0,
};

it('groups open letters by reason and stage, with their sources', () => {
  const of = (reason: string, stage: string, source: string, count: number) => ({
    reason,
    stage,
    source,
    count,
  });
  expect(
    groupByReason([
      of('plugin_failed', 'process', 'shop', 5),
      of('invalid_json', 'normalise', 'web', 4),
      of('invalid_json', 'normalise', 'shop', 3),
    ]),
  ).toEqual([
    {
      reason: 'invalid_json',
      stage: 'normalise',
      count: 7,
      sources: [
        { source: 'web', count: 4 },
        { source: 'shop', count: 3 },
      ],
    },
    { reason: 'plugin_failed', stage: 'process', count: 5, sources: [{ source: 'shop', count: 5 }] },
  ]);
});

it('gives back the bytes, and shows them', () => {
  expect([...bytesOf({ raw: 'é', encoding: 'utf8' })]).toEqual([0xc3, 0xa9]);
  const bytes = bytesOf({ raw: 'e/8AQQ==', encoding: 'base64' });
  expect(hexLines(bytes)).toBe(`000000  7b ff 00 41${' '.repeat(36)}  {..A`);
});

it('shows what an input knew besides, headers too', () => {
  expect(hintText('192.0.2.1')).toBe('192.0.2.1');
  expect(hintText({ tenant: 'a' })).toBe('{"tenant":"a"}');
});

it('tells how far work is, and what it came to', () => {
  const { counts } = job;
  expect(progressText({ ...job, state: 'waiting' })).toBe('Replaying waits for the work before it');
  expect(progressText(job)).toBe('Replaying: looking for the letters');
  expect(progressText({ ...job, total: 1, done: 1, counts: { ...counts, failed_again: 1 } })).toBe(
    'Replaying 1 of 1 letter, 1 failed again',
  );
  expect(outcomeText({ ...job, state: 'done', total: 0 })).toBe('Nothing to replay');
  expect(
    outcomeText({ ...job, state: 'done', total: 3, counts: { ...counts, replayed: 2, refused: 1 } }),
  ).toBe('2 replayed, 1 refused by governance');
  expect(outcomeText({ ...job, state: 'cancelled', total: 3 })).toBe('Ended early: nothing done');
});
