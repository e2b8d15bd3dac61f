import type { AlertJob } from '@tidewatch/api/schemas';
import { expect, it } from 'vitest';
import { isUndoable, jobOutcome, jobProgress } from './alert-job.ts';

const job = (more: Partial<AlertJob>): AlertJob => ({
  ...{ id: 'j', by: 'alice', query: '', range: { from: 0, to: 1 }, state: 'running', createdAt: 0 },
  ...{ task: { verb: 'change', action: { action: 'close', reason: 'false_positive' } }, updatedAt: 0 },
  ...{ total: 0, done: 0, changed: 0, same: 0, conflicts: 0, gone: 0 },
  ...more,
});

it('says how far a job is', () => {
  expect(jobProgress(job({ state: 'selecting' }))).toBe('Closing alerts: choosing them…');
  expect(jobProgress(job({ done: 1_250, total: 4_000 }))).toBe('Closing: 1,250 of 4,000 alerts');
  expect(jobProgress(job({ state: 'cancelling', done: 1, total: 2 }))).toBe('Ending after 1 of 2 alerts…');
});

it('says what a job came to, and what it left alone', () => {
  const done = job({ state: 'done', finishedAt: 9, total: 5, done: 5, changed: 5 });
  expect(jobOutcome(done)).toEqual({ title: '5 alerts closed: false positive' });
  expect(isUndoable(done)).toBe(true);
  const undo = job({
    task: { verb: 'undo', job: 'j' },
    state: 'done',
    finishedAt: 9,
    changed: 1,
    conflicts: 4,
  });
  expect(jobOutcome(undo)).toEqual({
    title: '1 alert put back',
    rest: '4 changed meanwhile and stayed as they are',
  });
  expect(isUndoable(undo)).toBe(false);
  expect(jobOutcome(job({ state: 'failed', detail: 'The disk is full.' })).title).toMatch(
    /^Failed: 0 alerts/,
  );
  expect(isUndoable(job({ changed: 3 }))).toBe(false);
});
