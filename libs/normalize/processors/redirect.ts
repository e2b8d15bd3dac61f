import { z } from 'zod';
import { defineProcessor } from './processor.ts';

/** Sends an event elsewhere. */
export const redirect = defineProcessor({
  name: 'redirect',
  summary:
    'Sends the event to a stream of the configuration (`redirects:`) instead of the events: it is neither stored nor looked at by rules.',
  config: z.strictObject({
    stream: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, 'is a name of lower-case letters, digits, `-` and `_`')
      .describe('The stream’s name; one that the configuration lacks keeps the parser from being loaded.'),
  }),
  examples: [{ title: 'another stream', config: { stream: 'flows' }, before: { a: 1 }, after: { a: 1 } }],
  create({ stream }, { resources: { streams } }) {
    if (streams !== undefined && !streams.includes(stream))
      throw new TypeError(
        `the configuration has no stream ${stream} under redirects; it has ${streams.join(', ') || 'none'}`,
      );
    return (work) => {
      work.stream = stream;
      return undefined;
    };
  },
});
