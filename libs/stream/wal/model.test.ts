import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { found } from './model/found.ts';
import { storyOf } from './model/happenings.suite.ts';
import { play } from './model/story.suite.ts';

it('keeps every whole record and counts what is lost, whatever happens to it (R5)', {
  timeout: 60_000,
}, async () => {
  await fc.assert(fc.asyncProperty(storyOf(20), play), { numRuns: 15 });
});

it.each(found.map((story, i) => ({ i, story })))(
  'still holds in story $i, which found a fault',
  async ({ story }) => {
    await expect(play(story)).resolves.toBeUndefined();
  },
);
