import { z } from 'zod';
import { type Kept, noiseStep } from './noise.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { maxKeys, span } from './span.ts';

/** Cuts floods. */
export const throttle = defineProcessor({
  name: 'throttle',
  summary:
    'Lets so many events of a window through, and drops the others (`throttled`); the next one says how many in `labels.suppressed`.',
  config: z.strictObject({
    fields: z
      .array(fieldPath)
      .describe('Events with the same values are limited by themselves; without fields all are together.')
      .default([]),
    limit: z.int().min(1).describe('Events that pass in a window.'),
    per: span.describe('How long a window is, by receipt.').default(60_000),
    max_keys: maxKeys.describe(
      'Most combinations of values that are remembered, by each process for itself.',
    ),
  }),
  examples: [
    {
      title: 'within the limit',
      config: { fields: ['source.ip'], limit: 100, per: '1m' },
      before: { source: { ip: '192.0.2.7' } },
      after: { source: { ip: '192.0.2.7' } },
    },
  ],
  create: ({ fields, limit, per, max_keys: maxKeys }, making) =>
    noiseStep<Kept>(
      {
        ...{ name: 'throttle', reason: 'throttled', fields, windowMs: per, maxKeys },
        begin: (work) => ({ until: work.context.received + per, passed: 0, held: 0 }),
        passes: (_, { passed }) => passed < limit,
      },
      making,
    ),
});
