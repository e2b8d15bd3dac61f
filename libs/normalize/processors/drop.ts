import { z } from 'zod';
import { defineProcessor, reasonCode } from './processor.ts';

/** Leaves a record out. */
export const drop = defineProcessor({
  name: 'drop',
  summary: 'Leaves the record out: nothing is kept of it but its count.',
  config: z.strictObject({ reason: reasonCode.describe('Why, for the count.') }),
  examples: [
    { title: 'a check of health', config: { reason: 'health_check' }, before: { a: 1 }, ends: 'dropped' },
  ],
  create({ reason }) {
    const dropped = { status: 'dropped', reason } as const;
    return () => dropped;
  },
});
