import { z } from 'zod';
import { type Kept, noiseStep } from './noise.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { maxKeys, span } from './span.ts';

/** Cuts repetitions. */
export const dedupe = defineProcessor({
  name: 'dedupe',
  summary:
    'Lets the first event of those with the same values through, and drops the others of the window (`duplicate`); the next one says how many in `labels.suppressed`.',
  config: z.strictObject({
    fields: z
      .array(fieldPath)
      .min(1)
      .describe('The values that must be the same; a missing one is a value, too.'),
    window: span.describe('How long after the first, by receipt.').default(10_000),
    max_keys: maxKeys.describe(
      'Most combinations of values that are remembered, by each process for itself.',
    ),
  }),
  examples: [
    {
      title: 'the first of its kind',
      config: { fields: ['host.name', 'message'], window: '1m' },
      before: { host: { name: 'web1' }, message: 'link is down' },
      after: { host: { name: 'web1' }, message: 'link is down' },
    },
  ],
  create: ({ fields, window, max_keys: maxKeys }, making) =>
    noiseStep<Kept>(
      {
        ...{ name: 'dedupe', reason: 'duplicate', fields, windowMs: window, maxKeys },
        begin: (work) => ({ until: work.context.received + window, passed: 0, held: 0 }),
        passes: () => false,
      },
      making,
    ),
});
