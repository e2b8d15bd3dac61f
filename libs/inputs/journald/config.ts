import { z } from 'zod';
import { isName } from '../names.ts';

export const journaldConfig = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .meta({
      description:
        'Journals in export format, as `journalctl -o export` writes them: paths or patterns with `*`, `**`, `?`, `[…]` and `{a,b}`. Files ending in `.gz` are unpacked.',
      examples: [['/var/spool/journal/*.export', '/evidence/web-1.export.gz']],
    }),
  source: z
    .string()
    .refine(isName, 'has other characters than a-z, 0-9, "_", "-" and "."')
    .default('journald')
    .meta({ description: 'Name of the source that records come from.', examples: ['journald', 'web'] }),
  dataset: z
    .string()
    .optional()
    .meta({
      description: 'Data set of the entries that no parser gives one.',
      examples: ['linux.journald'],
    }),
  max_entry_bytes: z
    .int()
    .min(480)
    .default(128 * 1024)
    .meta({
      description: 'Longest entry; values of a longer one are cut, and fields beyond left out.',
      examples: [131_072],
    }),
  poll_ms: z
    .int()
    .min(10)
    .default(1000)
    .meta({
      description: 'How often files are looked at for new entries, in milliseconds.',
      examples: [1000],
    }),
});

export type JournaldConfig = z.infer<typeof journaldConfig>;
