import { z } from 'zod';
import { keptFor } from './outputs.ts';

const redirect = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, 'is a name of lower-case letters, digits, `-` and `_`')
    .describe(
      'What `redirect` in parsers calls it. Its stream is called `redirects.NAME`; so is the topic, after the prefix, where the log is in Kafka.',
    )
    .meta({ examples: ['flows'] }),
  retention: keptFor(
    'The oldest goes when the stream takes more. In the data folder’s log all of these together take a quarter of `stream.budget` at most.',
  ),
});

/** `redirects:` of `tidewatch.yml`. */
export const redirectsConfig = z
  .array(redirect)
  .refine((redirects) => new Set(redirects.map(({ name }) => name)).size === redirects.length, {
    message: 'has two streams of one name',
  })
  .default([])
  .describe(
    'Streams that parsers send events to instead of the store and the rules, for whoever follows them.',
  )
  .meta({ examples: [[{ name: 'flows', retention: { time: '24h' } }]] });
