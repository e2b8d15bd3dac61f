import type { JsonObject } from '@tidewatch/event';
import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { tableFile } from './table_file.ts';
import { fieldReader, setter } from './work.ts';

/** Sets fields where a value is in a list. */
export const list = defineProcessor({
  name: 'list',
  summary: 'Sets fields where a field’s value, or a member of its list, is one of a list.',
  config: z
    .strictObject({
      field: fieldPath.describe('What is looked for.'),
      values: z
        .array(z.union([z.string(), z.number(), z.boolean()]))
        .describe('The list.')
        .exactOptional(),
      file: z
        .string()
        .describe('Text file (`.txt`) with one value a line, `#` before remarks; read again when it changes.')
        .regex(/\.txt$/, 'is a text file, NAME.txt')
        .exactOptional(),
      ignore_case: z.boolean().describe('Small and capital letters are the same.').default(false),
      set: z.record(fieldPath, z.json()).describe('What is set then.'),
    })
    .refine(
      (given) => (given.values === undefined) !== (given.file === undefined),
      'has one of `values` and `file`',
    ),
  examples: [
    {
      title: 'accounts that are known',
      config: { field: 'user.name', values: ['backup', 'monitor'], set: { 'labels.known': 'service' } },
      before: { user: { name: 'backup' } },
      after: { user: { name: 'backup' }, labels: { known: 'service' } },
    },
    {
      title: 'others',
      config: { field: 'user.name', values: ['backup'], set: { 'labels.known': 'service' } },
      before: { user: { name: 'alice' } },
      after: { user: { name: 'alice' } },
    },
  ],
  create({ field, values, file, ignore_case: ignoresCase, set }, { resources }) {
    const keyOf = ignoresCase ? (key: string) => key.toLowerCase() : (key: string) => key;
    const read = fieldReader(field);
    const put = setter(set as JsonObject);
    const fixed = new Map((values ?? []).map((value) => [keyOf(String(value)), true]));
    const tableNow = file === undefined ? () => fixed : tableFile(resources.folder, file, keyOf);
    return (work) => {
      const value = read(work.fields);
      if (value === undefined || value === null) return undefined;
      const table = tableNow(work);
      const isIn = Array.isArray(value)
        ? value.some((member) => table.has(keyOf(String(member))))
        : table.has(keyOf(String(value)));
      if (isIn) put(work);
      return undefined;
    };
  },
});
