import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { compileTextPattern, textPattern } from './text_pattern.ts';
import { fieldReader, textAt, workWriter } from './work.ts';

/** Members that a list of one text may have. */
const maxParts = 10_000;

/** Makes a list of a text. */
export const split = defineProcessor({
  name: 'split',
  summary: 'Makes a list of a text: blanks around its members are taken off, and empty ones left out.',
  config: z.strictObject({
    field: fieldPath.describe('The text; where it is missing nothing is done.'),
    separator: textPattern.describe('What stands between members: a text, or `/an expression/`.'),
    to: fieldPath.describe('Where the list goes; default: the field itself.').exactOptional(),
  }),
  examples: [
    {
      title: 'a list in a text',
      config: { field: 'tags', separator: ',' },
      before: { tags: 'a, b,,c' },
      after: { tags: ['a', 'b', 'c'] },
    },
    {
      title: 'an expression',
      config: { field: '_groups', separator: '/[;|]+/', to: 'user.roles' },
      before: { _groups: 'admins;|users' },
      after: { _groups: 'admins;|users', user: { roles: ['admins', 'users'] } },
    },
  ],
  create({ field, separator, to = field }) {
    const read = fieldReader(field);
    const write = workWriter(to);
    const pattern = compileTextPattern(separator);
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return undefined;
      const members: string[] = [];
      for (const part of pattern.split(text)) {
        const member = part?.trim() ?? '';
        if (member !== '' && members.length < maxParts) members.push(member);
      }
      write(work, members);
      return undefined;
    };
  },
});
