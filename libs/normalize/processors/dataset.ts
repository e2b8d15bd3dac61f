import { z } from 'zod';
import { defineProcessor } from './processor.ts';

/** Changes the data set. */
export const dataset = defineProcessor({
  name: 'dataset',
  summary:
    'Says that the event belongs to another data set than the one of the parser’s name. It stands before steps that remember events or hold them back: governance is asked under the data set of then.',
  config: z
    .string()
    .max(100)
    .regex(/^[a-z][a-z\d_]*(?:\.[a-z\d_]+)*$/, 'is lower case letters, digits, _ and dots, e.g. zeek.conn')
    .describe('`event.dataset`; what stands before the dot is the module.'),
  examples: [{ title: 'another data set', config: 'zeek.dns', before: { a: 1 }, after: { a: 1 } }],
  create: (name) => (work) => {
    work.dataset = name;
    return undefined;
  },
});
