import { isObject, type Json } from '@tidewatch/event';
import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { type Table, tableFile } from './table_file.ts';
import { copyOf, failed, fieldReader, merger, textAt, type Work, workWriter } from './work.ts';

/** Finds what a table says of a value. */
export const lookup = defineProcessor({
  name: 'lookup',
  summary: 'Finds what a table says of a field’s value: a value for another field, or an object of fields.',
  config: z
    .strictObject({
      field: fieldPath.describe('What is looked up; where it is missing nothing is done.'),
      table: z.record(z.string(), z.json()).describe('Value, or object of fields, by key.').exactOptional(),
      file: z
        .string()
        .describe(
          'CSV whose first line names its columns (the first is the key), or JSON of value by key; read again when it changes, up to 2 MiB.',
        )
        .exactOptional(),
      to: fieldPath
        .describe('Where what is found goes. Without it the members of an object join the event’s own.')
        .exactOptional(),
      default: z.json().describe('What is taken for a key that the table lacks.').exactOptional(),
      ignore_case: z.boolean().describe('Small and capital letters are the same.').default(false),
    })
    .superRefine((given, context) => {
      if ((given.table === undefined) === (given.file === undefined))
        context.addIssue('has one of `table` and `file`');
      const values = [
        ...Object.values(given.table ?? {}),
        ...(given.default === undefined ? [] : [given.default]),
      ];
      if (given.to === undefined && values.some((value) => !isObject(value)))
        context.addIssue('needs `to`: not all that it finds are objects');
    }),
  examples: [
    {
      title: 'a value',
      config: {
        field: '_code',
        table: { '0': 'success', '1': 'failure' },
        to: 'event.outcome',
        default: 'unknown',
      },
      before: { _code: 1 },
      after: { _code: 1, event: { outcome: 'failure' } },
    },
    {
      title: 'fields',
      config: {
        field: 'event.code',
        table: { LOGIN: { event: { category: ['authentication'], type: ['start'] } } },
        ignore_case: true,
      },
      before: { event: { code: 'login' } },
      after: { event: { code: 'login', category: ['authentication'], type: ['start'] } },
    },
  ],
  create({ field, table, file, to, default: otherwise, ignore_case: ignoresCase }, { resources }) {
    const keyOf = ignoresCase ? (key: string) => key.toLowerCase() : (key: string) => key;
    const read = fieldReader(field);
    const put = placer(to);
    const fixed: Table = new Map(
      Object.entries(table ?? {}).map(([key, value]) => [keyOf(key), value as Json]),
    );
    const tableNow = file === undefined ? () => fixed : tableFile(resources.folder, file, keyOf);
    return (work) => {
      const key = textAt(read, work);
      if (key === undefined) return undefined;
      const found = tableNow(work).get(keyOf(key)) ?? (otherwise as Json | undefined);
      if (found === undefined || put(work, found)) return undefined;
      return failed(`no_fields: the table has no fields for ${field}, and there is no \`to\``);
    };
  },
});

function placer(to: string | undefined): (work: Work, value: Json) => boolean {
  const merge = merger(to);
  const write = to === undefined ? undefined : workWriter(to);
  return (work, value) => {
    if (isObject(value)) merge(work, value);
    else if (write === undefined) return false;
    else write(work, copyOf(value));
    return true;
  };
}
