import { z } from 'zod';
import { size } from './size.ts';

/** `anomalies:` of `tidewatch.yml`. */
export const anomaliesConfig = z
  .strictObject({
    paths: z
      .array(z.string())
      .default(['detectors'])
      .describe('Folders of detectors, a YAML file each, relative to this file or to Tidewatch.'),
    select: z
      .union([z.enum(['auto', 'all', 'none']), z.array(z.string().min(1).max(64))])
      .default('auto')
      .describe(
        'Which of these run. `auto`: those that a use-case switches on; where governance is enforced, one in force. `all`, `none`, or their ids. Those written through the API run whatever it says.',
      )
      .meta({ examples: ['all', ['logons-per-user']] }),
    memory: size
      .prefault('512 MiB')
      .refine((bytes) => bytes >= 2 ** 24, 'is at least "16 MiB"')
      .describe(
        'What forests may take in memory, some 0.1 MB each; those of other entities wait on disk, and are woken for each of their intervals.',
      )
      .meta({ examples: ['2 GiB'] }),
  })
  .prefault({})
  .describe(
    'Detectors of anomalies: what is usual of each user, host or address is learnt, and what is not is told.',
  );
