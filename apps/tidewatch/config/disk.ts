import { z } from 'zod';
import { size } from './size.ts';

const budget = (what: string, otherwise: string, example: string) =>
  size
    .optional()
    .describe(`Disk for ${what}. Without it ${otherwise}.`)
    .meta({ examples: [example] });

const share = z.number().min(0.1).max(0.99);

/** `disk:` of `tidewatch.yml`. */
export const diskConfig = z
  .strictObject({
    budgets: z
      .strictObject({
        events: budget('events', 'half of the volume, or of the cluster’s disks', '200 GiB'),
        alerts: budget('alerts', 'a tenth of the same', '10 GiB'),
        dead_letters: budget('dead letters', 'a quarter of `stream.budget`', '1 GiB'),
        control: budget('accounts and the audit log', 'a twentieth of the volume', '2 GiB'),
        archive: budget('the folder of the archive', 'nine tenths of its volume', '500 GiB'),
      })
      .prefault({})
      .describe('What each store may take. The log’s is `stream.budget`.'),
    reserve: size
      .optional()
      .describe(
        'Free space that is never filled, on each volume. Without it 2 % of the volume (256 MiB to 20 GiB), and 6 % on a node of OpenSearch.',
      )
      .meta({ examples: ['5 GiB'] }),
    low: share
      .default(0.8)
      .describe(
        'Share of a budget from which on it warns; of a volume, when its free space is so near the reserve.',
      )
      .meta({ examples: [0.8] }),
    high: share
      .default(0.9)
      .describe('Share of a budget from which on senders are told to wait, so that the rest lasts for a day.')
      .meta({ examples: [0.9] }),
  })
  .refine(({ low, high }) => low < high, { message: 'has `low` below `high`' })
  .prefault({})
  .describe('How much disk the stores may take, and when that is told. Nothing is deleted before its time.');
