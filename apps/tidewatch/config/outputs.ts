import { z } from 'zod';
import { selection } from './rules.ts';
import { size } from './size.ts';
import { retentionTime } from './stream.ts';

/** How long a stream beside the events keeps what came. */
export const keptFor = (sizeSays: string) =>
  z
    .strictObject({
      time: retentionTime,
      size: size
        .optional()
        .describe(sizeSays)
        .meta({ examples: ['1 GiB'] }),
    })
    .prefault({})
    .describe('How long it is kept; the shortest time to live of the data classes binds it, too.');

const output = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, 'is a name of lower-case letters, digits, `-` and `_`')
    .describe(
      'Its stream is called `outputs.NAME`; so is the topic, after the prefix, where the log is in Kafka.',
    )
    .meta({ examples: ['soar'] }),
  select: selection
    .optional()
    .describe(
      'Rules whose matches go there. Without it only those of rules that name it: `tidewatch: { output: NAME }`.',
    )
    .meta({ examples: [{ levels: 'high+' }] }),
  retention: keptFor(
    'The oldest goes when the stream takes more. In the data folder’s log all outputs together take a quarter of `stream.budget` at most.',
  ),
});

/** `outputs:` of `tidewatch.yml`. */
export const outputsConfig = z
  .array(output)
  .refine((outputs) => new Set(outputs.map(({ name }) => name)).size === outputs.length, {
    message: 'has two outputs of one name',
  })
  .default([])
  .describe(
    'Streams that matches are written to besides the alerts, for a SOAR or whoever else follows them.',
  )
  .meta({ examples: [[{ name: 'soar', select: { levels: 'high+' } }]] });

export type OutputConfig = z.infer<typeof output>;
