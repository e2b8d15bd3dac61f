import fc from 'fast-check';
import { expect, it } from 'vitest';
import { walk, walkTheClock } from '../../apps/tidewatch/server/governance/clock_walk.suite.ts';

it('keeps everything for its time to live and one partition, whatever the times and whenever it runs', async () => {
  expect.hasAssertions();
  await fc.assert(fc.asyncProperty(walk, walkTheClock), { numRuns: 40 });
});
