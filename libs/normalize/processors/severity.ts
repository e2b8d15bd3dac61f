import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { type Severity, type SeverityScheme, severitySchemes } from './severity_schemes.ts';
import { failed, fieldReader, textAt, workWriter } from './work.ts';

const names = Object.keys(severitySchemes) as (keyof typeof severitySchemes)[];

/** Says how severe a source finds an event. */
export const severity = defineProcessor({
  name: 'severity',
  summary:
    'Reads how severe the source finds the event: its word to `log.level`, its number to `event.severity`.',
  config: z
    .strictObject({
      field: fieldPath.describe('What the source says; where it is missing nothing is done.'),
      scheme: z.enum(names).describe('How sources of that kind say it.').exactOptional(),
      table: z
        .record(
          z.string(),
          z.strictObject({
            level: z.string().describe('`log.level`.').exactOptional(),
            severity: z.int().describe('`event.severity`.').exactOptional(),
          }),
        )
        .describe('Instead of a scheme: what each of the source’s own words means, in either case.')
        .exactOptional(),
    })
    .refine(
      (given) => (given.scheme === undefined) !== (given.table === undefined),
      'has one of `scheme` and `table`',
    ),
  examples: [
    {
      title: 'a word of syslog',
      config: { field: '_level', scheme: 'syslog' },
      before: { _level: 'WARN' },
      after: { _level: 'WARN', log: { level: 'warning' }, event: { severity: 4 } },
    },
    {
      title: 'words of one’s own',
      config: {
        field: '_level',
        table: { minor: { level: 'notice', severity: 5 }, major: { level: 'error' } },
      },
      before: { _level: 'Major' },
      after: { _level: 'Major', log: { level: 'error' } },
    },
    {
      title: 'a word that is not known',
      config: { field: '_level', scheme: 'log4j' },
      before: { _level: 'loud' },
      fails: 'unknown_severity',
    },
  ],
  create({ field, scheme, table = {} }) {
    const read = fieldReader(field);
    const known = new Map(
      Object.entries(table).map(([word, meant]) => [word.toLowerCase(), meant as Severity]),
    );
    const find: SeverityScheme =
      scheme === undefined ? (value) => known.get(value.toLowerCase()) : severitySchemes[scheme];
    const writeLevel = workWriter('log.level');
    const writeNumber = workWriter('event.severity');
    return (work) => {
      const value = textAt(read, work);
      if (value === undefined || value === '') return undefined;
      const found = find(value);
      if (found === undefined) return failed(`unknown_severity: ${field}`);
      if (found.level !== undefined) writeLevel(work, found.level);
      if (found.severity !== undefined) writeNumber(work, found.severity);
      return undefined;
    };
  },
});
