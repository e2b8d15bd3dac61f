import type { RuleBudget } from '@tidewatch/detector';
import { z } from 'zod';
import { duration } from './size.ts';

const share = z
  .string()
  .regex(/^\d+(?:\.\d+)?%$/, 'is a share such as "10%"')
  .transform((text) => Number.parseFloat(text) / 100)
  .refine((part) => part > 0 && part <= 1, 'is above 0% and at most 100%');

/** `rules.budget` of `tidewatch.yml`. */
export const ruleBudget = z
  .strictObject({
    window: duration
      .prefault('60s')
      .refine((ms) => ms >= 1_000, 'is at least "1s"')
      .describe('Costs are judged over so much time spent on events; an idle system spends none.')
      .meta({ examples: ['60s'] }),
    flag: share
      .prefault('10%')
      .describe('A rule that takes this share of the time spent on events is flagged in the list of rules.')
      .meta({ examples: ['10%'] }),
    quarantine: share
      .prefault('50%')
      .describe('A rule whose evaluation takes this share over a whole window is not run any more.')
      .meta({ examples: ['50%'] }),
    least_microseconds: z
      .number()
      .min(0)
      .default(20)
      .describe(
        'What costs less, for each event that comes, is neither flagged nor quarantined for its share.',
      )
      .meta({ examples: [20] }),
    limit: duration
      .prefault('1s')
      .refine((ms) => ms >= 100, 'is at least "0.1s"')
      .describe(
        'A rule that takes longer for a single event is not run any more; after five times that, the event goes on without it.',
      )
      .meta({ examples: ['1s'] }),
  })
  .transform(
    ({ window, limit, least_microseconds: leastMicroseconds, flag, quarantine }): RuleBudget => ({
      windowMs: window,
      limitMs: limit,
      leastMicroseconds,
      flag,
      quarantine,
    }),
  )
  .prefault({})
  .describe('What a single rule may cost. A rule in quarantine runs again once it changes or is released.');
