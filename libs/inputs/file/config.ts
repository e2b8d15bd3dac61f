import { linearPattern } from '@tidewatch/plugin';
import { z } from 'zod';
import { isName } from '../names.ts';

const linear = z.string().check(({ value, issues }) => {
  const problem = linearPattern(value);
  if (problem !== undefined) issues.push({ code: 'custom', input: value, message: problem });
});

/** Groups of an expression; none where it is wrong, which is said elsewhere. */
function groupsOf(pattern: string): number {
  try {
    return (new RegExp(`${pattern}|`).exec('')?.length ?? 1) - 1;
  } catch {
    return 0;
  }
}

const multiline = z
  .strictObject({
    start: linear.optional().meta({
      description: 'Regular expression that the first line of a record matches.',
      examples: ['^\\d{4}-\\d\\d-\\d\\d '],
    }),
    continue: linear.optional().meta({
      description: 'Regular expression that every line but the first of a record matches.',
      examples: ['^\\s|^Caused by:'],
    }),
    same: linear
      .refine((pattern) => groupsOf(pattern) === 1, 'has one group in brackets, which lines have in common')
      .optional()
      .meta({
        description:
          'Regular expression with one group: lines that follow each other and have the same text there are one record.',
        examples: ['msg=audit\\(([^)]+)\\)'],
      }),
    max_lines: z
      .int()
      .min(2)
      .default(500)
      .meta({ description: 'Most lines of a record; what follows is the next one.', examples: [500] }),
    max_bytes: z
      .int()
      .min(480)
      .default(256 * 1024)
      .meta({ description: 'Longest record; what follows is the next one.', examples: [262_144] }),
    timeout_ms: z
      .int()
      .min(10)
      .default(5_000)
      .meta({
        description:
          'How long the last record of a file waits for another line, in milliseconds, before it is taken as it is.',
        examples: [5000],
      }),
  })
  .refine(
    ({ start, continue: goesOn, same }) =>
      [start, goesOn, same].filter((pattern) => pattern !== undefined).length === 1,
    { message: 'has one of `start`, `continue` and `same`' },
  );

export const fileConfig = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .meta({
      description:
        'Files to follow: paths or patterns with `*`, `**`, `?`, `[…]` and `{a,b}`. Files ending in `.gz` are unpacked; those ending in .bz2, .xz, .zst and .zip are left alone.',
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
  multiline: multiline.optional().meta({
    description: 'Joins lines into records, such as a stack trace. By default every line is a record.',
    examples: [{ start: '^\\d{4}-' }, { continue: '^\\s' }],
  }),
  header: z
    .enum(['directives', 'first_line', 'none'])
    .default('directives')
    .meta({
      description:
        'Which lines say what columns the others have, for parsers that ask: `#fields`, `#types`, `#Fields:` and their like, as Zeek and IIS write them, or the first line of each file, as flow logs of AWS have it.',
      examples: ['directives', 'first_line'],
    }),
  max_open_files: z
    .int()
    .min(1)
    .default(512)
    .meta({
      description:
        'Most files open at once. When there are more, those that do not grow are closed, and looked at every five polls.',
      examples: [512],
    }),
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
