import { join } from 'node:path';
import { loadRules, planCorrelations } from '@tidewatch/sigma';
import { expect, it } from 'vitest';
import { describeDemonstration } from './detection.suite.ts';

// Others are told in `npm run test:long`.
describeDemonstration(7);

it('the shipped rules load, and so does what their correlations build on', async () => {
  const { rules, correlations, rejected, skipped } = await loadRules({
    paths: [join(import.meta.dirname, '../../../rules')],
  });
  expect([...rejected, ...skipped]).toEqual([]);
  expect(planCorrelations(rules, correlations).rejected).toEqual([]);
});
