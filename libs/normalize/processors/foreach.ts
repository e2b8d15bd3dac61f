import { z } from 'zod';
import { stepSchema } from '../parsers/parser_file.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { fieldReader, workWriter } from './work.ts';

/** Members that are taken through the steps. */
const maxMembers = 1_000;

/** Does something with each member of a list. */
export const foreach = defineProcessor({
  name: 'foreach',
  summary:
    'Takes each member of a list through steps, as `_item`: what stands there afterwards is the member; without one it is gone. Up to 1,000 members.',
  config: z.strictObject({
    field: fieldPath.describe(
      'The list; a single value is a list of one, and where there is none nothing is done.',
    ),
    do: z.lazy(() => z.array(stepSchema).min(1)).describe('The steps.'),
  }),
  examples: [
    {
      title: 'addresses of answers, and short names',
      config: {
        field: 'dns.answers',
        do: [{ if: '_item.type: "A"', append: { '_item.data': 'dns.resolved_ip' } }, { lower: '_item.name' }],
      },
      before: {
        dns: {
          answers: [
            { type: 'A', name: 'WWW', data: '192.0.2.7' },
            { type: 'TXT', data: 'x' },
          ],
        },
      },
      after: {
        dns: {
          answers: [
            { type: 'A', name: 'www', data: '192.0.2.7' },
            { type: 'TXT', data: 'x' },
          ],
          resolved_ip: ['192.0.2.7'],
        },
      },
    },
  ],
  create({ field, do: inner }, { steps }) {
    const read = fieldReader(field);
    const write = workWriter(field);
    const step = steps(inner);
    return (work) => {
      const value = read(work.fields);
      if (value === undefined || value === null) return undefined;
      const members = Array.isArray(value) ? value : [value];
      const kept = members.slice(maxMembers);
      const done = [];
      const outer = work.fields._item;
      for (const member of members.slice(0, maxMembers)) {
        work.fields._item = member;
        const result = step(work);
        if (result !== undefined) return result;
        const item = work.fields._item;
        if (item !== undefined) done.push(item);
      }
      if (outer === undefined) delete work.fields._item;
      else work.fields._item = outer;
      write(work, [...done, ...kept]);
      return undefined;
    };
  },
});
