// Not with its client, which a process that keeps everything itself need not load.
import { openSearchConfig } from '@tidewatch/store/opensearch/config';
import { z } from 'zod';
import { size } from './size.ts';

/** `store:` of `tidewatch.yml`. */
export const storeConfig = z
  .strictObject({
    memory: size
      .prefault('256 MiB')
      .describe('Memory limit of the embedded store.')
      .meta({ examples: ['512 MiB'] }),
    threads: z
      .int()
      .min(1)
      .max(64)
      .default(2)
      .describe(
        'Threads of the embedded store. A query over many events is as much faster as there are cores for them.',
      )
      .meta({ examples: [2] }),
    opensearch: openSearchConfig
      .optional()
      .describe('An OpenSearch cluster that events and alerts are kept in, instead of the embedded store.'),
  })
  .prefault({})
  .describe('Where events and alerts are kept to be searched.');
