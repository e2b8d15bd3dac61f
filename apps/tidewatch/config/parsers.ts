import { z } from 'zod';

/** `parsers:` of `tidewatch.yml`. */
export const parsersConfig = z
  .strictObject({
    paths: z
      .array(z.string())
      .exactOptional()
      .describe(
        'Files and folders of your own parsers, relative to this file. Default: the folder `parsers` beside this file, if it is there. One of a name that ships replaces what ships.',
      )
      .meta({ examples: [['parsers']] }),
  })
  .prefault({})
  .transform(({ paths }) => ({ paths: paths ?? ['parsers'], required: paths !== undefined }))
  .describe('How records are read: what ships, and your own parsers before that.');
