import { parseLevels } from '@tidewatch/sigma/select';
import { z } from 'zod';
import { ruleBudget } from './rule_budget.ts';

const words = (says: string, example: string) =>
  z
    .array(z.string())
    .exactOptional()
    .describe(says)
    .meta({ examples: [[example]] });

const levels = z
  .union([z.string(), z.array(z.string())])
  .transform((asked, context) => {
    const found = parseLevels([asked].flat().join(','));
    if (found !== null) return found;
    context.addIssue(
      'levels are informational, low, medium, high, critical; `medium+` means medium and those above',
    );
    return z.NEVER;
  })
  .describe('Levels, e.g. `medium+` for medium and above, or `[low, high]` for just these.')
  .meta({ examples: ['medium+'] });

/** Which rules of a set are meant. */
export const selection = z
  .strictObject({
    levels: levels.exactOptional(),
    statuses: z
      .array(z.enum(['stable', 'test', 'experimental', 'deprecated', 'unsupported']))
      .exactOptional()
      .describe('What their authors say of them.')
      .meta({ examples: [['stable', 'test']] }),
    products: words('Products of their log sources.', 'windows'),
    categories: words('Categories of their log sources.', 'process_creation'),
    services: words('Services of their log sources.', 'sshd'),
    tags: words('Tags or their first parts: `attack.t1059` takes `attack.t1059.001`, too.', 'attack.t1059'),
    folders: words('Folders in their paths; `*`, `?` and `**` stand for parts.', 'rules/windows'),
    include: words(
      'Ids of rules that are taken whatever the rest says.',
      '9ef8ef4e-8ca4-4ff5-a0ad-9a9e9a1cd4b4',
    ),
    exclude: words(
      'Ids of rules that never run, not even those of Tidewatch or written through the API.',
      '9ef8ef4e-8ca4-4ff5-a0ad-9a9e9a1cd4b4',
    ),
  })
  .describe('Rules that fit one value of every key that is given.');

const select = z
  .union([z.enum(['auto', 'all', 'recommended']), selection])
  .default('auto')
  .describe(
    'Which rules run. `auto`: of a path with more than 500 only the recommended ones (high and critical; stable or test), of others all. `all`, `recommended`, or a selection. Rules of Tidewatch and those written through the API always run, as does what a correlation that runs builds on.',
  )
  .meta({ examples: ['all', { levels: 'medium+', products: ['windows'] }] });

/** `rules:` of `tidewatch.yml`. */
export const rulesConfig = z
  .strictObject({
    paths: z
      .array(z.string())
      .default(['rules'])
      .describe('Files and folders of Sigma rules, relative to this file or to Tidewatch.'),
    select,
    placeholders: z
      .record(z.string(), z.array(z.string()))
      .default({})
      .describe('Values for the `%name%` placeholders of rules with the `expand` modifier.')
      .meta({ examples: [{ Admins: ['administrator', 'root'] }] }),
    pipelines: z
      .array(z.string())
      .default([])
      .describe('Files of processing pipelines in pySigma’s format, which all rules run through.'),
    thor: z
      .string()
      .optional()
      .describe(
        'A log-source table in the format of SigmaHQ’s `tests/thor.yml`, instead of the built-in one.',
      ),
    budget: ruleBudget,
  })
  .prefault({})
  .describe('What the detector looks for.');
