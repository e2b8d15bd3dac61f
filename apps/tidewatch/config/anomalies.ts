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
    part: z
      .string()
      .regex(/^[1-9]\d?\/[1-9]\d?$/, 'is a part such as "2/3"')
      .transform((text) => {
        const [number, of] = text.split('/').map(Number) as [number, number];
        return { number, of };
      })
      .refine(({ number, of }) => number <= of, 'counts from 1 to as many as there are')
      .prefault('1/1')
      .describe(
        'Where several processes run the role `scorer` on one Kafka: which part of the entities this one looks at, such as `2/3`, in each process another and all of them in some. Each reads all events, so that what an entity does meets in one process. Read at the start.',
      )
      .meta({ examples: ['1/2'] }),
  })
  .prefault({})
  .describe(
    'Detectors of anomalies: what is usual of each user, host or address is learnt, and what is not is told.',
  );
