import * as fc from 'fast-check';
import { it } from 'vitest';
import { play, story } from './model/story.suite.ts';

const runs = Number(process.env.WAL_RUNS ?? 100);
const replay = process.env.WAL_SEED
  ? { seed: Number(process.env.WAL_SEED), path: process.env.WAL_PATH ?? '' }
  : {};
it('keeps', { timeout: 600_000 }, async () => {
  await fc.assert(fc.asyncProperty(story, play), {
    numRuns: runs,
    ...replay,
    timeout: 20_000,
    interruptAfterTimeLimit: Number(process.env.WAL_LIMIT ?? 60_000),
    endOnFailure: !process.env.WAL_SHRINK,
  });
});
