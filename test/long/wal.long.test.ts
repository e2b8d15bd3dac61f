import * as fc from 'fast-check';
import { it } from 'vitest';
import { storyOf } from '../../libs/stream/wal/model/happenings.suite.ts';
import { play } from '../../libs/stream/wal/model/story.suite.ts';

const storiesPerSeed = 400;

it.each([1, 2, 3, 4, 5])(
  'a write-ahead log holds what it must through 400 stories of up to 60 happenings, seed %i (R5)',
  async (seed) => {
    await fc.assert(fc.asyncProperty(storyOf(60), play), { seed, numRuns: storiesPerSeed });
  },
);
