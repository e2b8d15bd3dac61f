import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { fieldReader, textAt, workWriter } from './work.ts';

/** Joins fields. */
export const concat = defineProcessor({
  name: 'concat',
  summary: 'Joins the texts of fields; those that are missing are left out.',
  config: z.strictObject({
    fields: z.array(fieldPath).min(1).describe('What is joined, in order.'),
    separator: z.string().describe('What stands between them.').default(' '),
    to: fieldPath.describe('Where the text goes.'),
  }),
  examples: [
    {
      title: 'date and time',
      config: { fields: ['_date', '_none', '_time'], to: '_stamp' },
      before: { _date: '2026-11-21', _time: '09:08:01' },
      after: { _date: '2026-11-21', _time: '09:08:01', _stamp: '2026-11-21 09:08:01' },
    },
  ],
  create({ fields, separator, to }) {
    const readers = fields.map((path) => fieldReader(path));
    const write = workWriter(to);
    return (work) => {
      const texts: string[] = [];
      for (const read of readers) {
        const text = textAt(read, work);
        if (text !== undefined) texts.push(text);
      }
      if (texts.length > 0) write(work, texts.join(separator));
      return undefined;
    };
  },
});
