import { epochLengths } from '@tidewatch/normalize/pseudonyms';
import { z } from 'zod';

/** `pseudonyms:` of `tidewatch.yml`. */
export const pseudonymsConfig = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File of keys that its owner alone may read; `tidewatch pseudonyms init` makes one. Relative to this file.',
      )
      .meta({ examples: ['pseudonym.keys'] }),
    env: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'is the name of an environment variable')
      .optional()
      .describe('Environment variable that holds the keys, in place of a file.')
      .meta({ examples: ['TIDEWATCH_PSEUDONYM_KEYS'] }),
    epoch: z
      .enum(epochLengths)
      .default('month')
      .describe('How long a value keeps its pseudonym. What is joined across its end needs `overlap`.'),
    overlap: z
      .string()
      .regex(/^\d{1,4}[hd]$/, 'is a number of hours or days, such as 24h')
      .default('24h')
      .describe(
        'For so long after the beginning of an epoch, events carry the pseudonyms of the one before as well: the longest window of your correlations. `0h` for never.',
      ),
  })
  .refine(({ file, env }) => (file === undefined) !== (env === undefined), {
    message: 'needs either `file` or `env`',
  })
  .optional()
  .describe(
    'Keys of the pseudonyms that use-cases ask for with `pseudonymise`. Without them such data is refused.',
  );
