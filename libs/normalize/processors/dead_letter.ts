import { z } from 'zod';
import { defineProcessor, reasonCode } from './processor.ts';

/** Sets a record aside. */
export const deadLetter = defineProcessor({
  name: 'dead_letter',
  summary: 'Sets the record aside with its bytes, among the dead letters: it can be replayed.',
  config: z.strictObject({
    reason: reasonCode.describe('Why, for the count.'),
    message: z.string().describe('Why, for people.').default('A parser set it aside.'),
  }),
  examples: [
    {
      title: 'a version that is not known',
      config: { reason: 'unknown_version' },
      before: { a: 1 },
      ends: 'dead_letter',
    },
  ],
  create({ reason, message }) {
    const letter = { status: 'dead_letter', reason, message } as const;
    return () => letter;
  },
});
