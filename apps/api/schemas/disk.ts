import { z } from 'zod';

const bytes = z.number().describe('Bytes');
const when = z.number().optional();

const outlook = z
  .object({
    basis: z
      .enum(['weeks', 'days', 'hours', 'minutes'])
      .describe('The increments that the growth was told from; with little history it looks less far ahead'),
    until: z
      .number()
      .describe('How far it looks, epoch milliseconds: a time that is absent is not before then'),
    growth: z
      .object({ low: z.number(), likely: z.number(), high: z.number() })
      .describe('Bytes that come per day, before anything expires, with an 80 % interval'),
    peak: z.number().describe('The largest that it gets until then, as is likely, bytes'),
    soonest: when.describe(
      'When the budget is reached, epoch milliseconds, at the upper edge of the interval',
    ),
    likely: when,
    latest: when,
  })
  .describe('When it is full, as growth and expiry go on; absent where there is too little history');

const gate = z
  .object({
    state: z.enum(['open', 'slowed', 'stopped']),
    bytesPerSecond: z.number().optional().describe('What is taken still'),
    reasons: z.array(z.string()).optional().describe('The stores that are too full'),
  })
  .describe('Whether senders are told to wait');

export const disk = z
  .object({
    stores: z.array(
      z.object({
        store: z.enum([
          'events',
          'alerts',
          'streams',
          'dead_letters',
          'control',
          'archive',
          'volume',
          'archive_volume',
          'opensearch_volume',
        ]),
        place: z.string().describe('Path, or address'),
        bytes,
        held: bytes.describe(
          'What counts, bytes: of the log only what it may not free by itself, of events also what is on its way',
        ),
        budget: bytes
          .optional()
          .describe('Bytes; of a volume its size without the reserve; absent where nothing limits it'),
        share: z.number().describe('How full it is by its watermarks; 1 is the budget'),
        standing: z.enum(['below', 'low', 'high', 'full']).describe('By its watermarks'),
        since: z.number().describe('Since when it stands so, epoch milliseconds'),
        slows: z
          .enum(['intake', 'dead letters', 'nobody'])
          .describe('Who is told to wait from the high watermark on'),
        outlook: outlook.optional(),
        says: z.string().describe('All of that in words'),
        advice: z.string().optional().describe('What to do, from the low watermark on'),
      }),
    ),
    intake: gate,
    deadLetters: gate,
    watermarks: z.object({ low: z.number(), high: z.number() }).describe('Shares of a budget'),
  })
  .meta({ id: 'Disk' });
