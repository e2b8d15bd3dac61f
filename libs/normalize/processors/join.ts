import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { fieldReader, workWriter } from './work.ts';

/** Makes a text of a list. */
export const join = defineProcessor({
  name: 'join',
  summary: 'Makes one text of a list’s members.',
  config: z.strictObject({
    field: fieldPath.describe('The list; where there is none nothing is done.'),
    separator: z.string().describe('What stands between members.').default(' '),
    to: fieldPath.describe('Where the text goes; default: the field itself.').exactOptional(),
  }),
  examples: [
    {
      title: 'the words of a command',
      config: { field: 'process.args', to: 'process.command_line' },
      before: { process: { args: ['ls', '-l', 1] } },
      after: { process: { args: ['ls', '-l', 1], command_line: 'ls -l 1' } },
    },
  ],
  create({ field, separator, to = field }) {
    const read = fieldReader(field);
    const write = workWriter(to);
    return (work) => {
      const value = read(work.fields);
      if (Array.isArray(value))
        write(
          work,
          value
            .map((member) => (typeof member === 'object' ? JSON.stringify(member) : member))
            .join(separator),
        );
      return undefined;
    };
  },
});
