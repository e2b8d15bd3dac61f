import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { stepSchema } from './step.ts';
import { failed, fieldReader, workWriter } from './work.ts';

/** Members that are taken through the steps. */
const maxMembers = 1_000;
/** The same of one record in all its lists: lists in lists would take time without bounds. */
const maxOfRecord = 20_000;

/** Does something with each member of a list. */
export const foreach = defineProcessor({
  name: 'foreach',
  summary:
    'Takes each member of a list through steps, as `_item`: what stands there afterwards is the member; without one it is gone. Up to 1,000 members; a record of more than 20,000 in all its lists fails.',
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
      const { spent } = work.context;
      for (const member of members.slice(0, maxMembers)) {
        if (spent !== undefined && ++spent.members > maxOfRecord)
          return failed(`too_many: ${field} and other lists have too many members together`);
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
