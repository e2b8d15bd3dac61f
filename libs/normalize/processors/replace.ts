import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { compileTextPattern, textPattern } from './text_pattern.ts';
import { fieldReader, textAt, workWriter } from './work.ts';

/** Replaces parts of a text. */
export const replace = defineProcessor({
  name: 'replace',
  summary: 'Replaces all places of a text or expression in a field.',
  config: z.strictObject({
    field: fieldPath.describe('The text; where it is missing nothing is done.'),
    pattern: textPattern.describe('What is replaced: a text, or `/an expression/`.'),
    with: z.string().describe('What stands there then; `$1` is the first group of an expression.'),
    to: fieldPath.describe('Where the text goes; default: the field itself.').exactOptional(),
  }),
  examples: [
    {
      title: 'a text',
      config: { field: 'source.mac', pattern: ':', with: '-' },
      before: { source: { mac: '00:53:00:ff' } },
      after: { source: { mac: '00-53-00-ff' } },
    },
    {
      title: 'an expression',
      config: { field: 'url.path', pattern: '/\\/(\\d+)\\//', with: '/{id $1}/', to: '_route' },
      before: { url: { path: '/users/17/edit' } },
      after: { url: { path: '/users/17/edit' }, _route: '/users/{id 17}/edit' },
    },
  ],
  create({ field, pattern, with: replacement, to = field }) {
    const read = fieldReader(field);
    const write = workWriter(to);
    const compiled = compileTextPattern(pattern);
    return (work) => {
      const text = textAt(read, work);
      if (text !== undefined) write(work, compiled.replace(text, replacement));
      return undefined;
    };
  },
});
