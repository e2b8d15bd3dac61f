import fc from 'fast-check';
import { it } from 'vitest';
import { walk, walkTheClock } from './clock_walk.suite.ts';

// Many more walk in `npm run test:long`.
it('keeps everything for its time to live and one partition, and nothing for longer or less', async () => {
  await fc.assert(
    fc.asyncProperty(walk, (each) => walkTheClock(each)),
    { numRuns: 1 },
  );
}, 60_000);
