import { z } from 'zod';

const pseudonyms = z
  .array(z.string().min(1).max(256))
  .min(1)
  .max(2_000)
  .describe('As events have them: the name that they stand for is never sent.');

export const originalsBody = z.object({ pseudonyms });

export const originalsErasure = originalsBody.extend({
  reason: z.string().min(3).max(500).describe('Why, for the audit log; without the name.'),
});

export const keptOriginals = z
  .object({
    items: z.array(
      z.object({
        pseudonym: z.string(),
        dataClass: z.string(),
        field: z.string().describe('Where it was found first.'),
        seen: z.number().describe('The end of the last day with an event that has it, epoch milliseconds.'),
      }),
    ),
  })
  .meta({ id: 'KeptOriginals' });

export const erasedOriginals = z
  .object({ erased: z.number().describe('Sealed originals that are gone.') })
  .meta({ id: 'ErasedOriginals' });
