import { z } from 'zod';
import { defineProcessor } from './processor.ts';

/** Ends the parser. */
export const done = defineProcessor({
  name: 'done',
  summary: 'Ends the parser here: the event is kept as it is.',
  config: z.strictObject({}),
  examples: [{ title: 'nothing more', config: {}, before: { a: 1 }, ends: 'done' }],
  create: () => () => ({ status: 'done' }),
});
