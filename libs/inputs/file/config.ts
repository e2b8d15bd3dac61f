import { z } from 'zod';
import { isName } from '../names.ts';

export const fileConfig = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .meta({
      description:
        'Files to follow: paths or patterns with `*`, `**`, `?`, `[…]` and `{a,b}`. Compressed files are left alone.',
      examples: [['/var/log/auth.log', '/var/log/nginx/*.log']],
    }),
  source: z
    .string()
    .refine(isName, 'has other characters than a-z, 0-9, "_", "-" and "."')
    .default('file')
    .meta({ description: 'Name of the source that records come from.', examples: ['file', 'web'] }),
  dataset: z
    .string()
    .optional()
    .meta({
      description: 'Data set of the records, where all files speak of one thing.',
      examples: ['nginx.access'],
    }),
  format: z
    .enum(['auto', 'json', 'syslog', 'text'])
    .default('auto')
    .meta({
      description: 'How lines are read; `auto` takes those that begin with `{` as JSON.',
      examples: ['auto'],
    }),
  start_at: z
    .enum(['beginning', 'end'])
    .default('beginning')
    .meta({
      description:
        'Where to begin in files that are there when this input runs for the first time. Files found later are read from their beginning.',
      examples: ['beginning', 'end'],
    }),
  max_line_bytes: z
    .int()
    .min(480)
    .default(1024 * 1024)
    .meta({
      description: 'Longest line; the rest of a longer one is cut off and counted.',
      examples: [1_048_576],
    }),
  max_files: z
    .int()
    .min(1)
    .default(1024)
    .meta({ description: 'Most files followed at once.', examples: [1024] }),
  poll_ms: z
    .int()
    .min(10)
    .default(1000)
    .meta({
      description:
        'Longest wait before a file is looked at again, in milliseconds, where the system does not tell of changes.',
      examples: [1000],
    }),
});

export type FileConfig = z.infer<typeof fileConfig>;
