import { defineProcessor, paths } from './processor.ts';
import { eachText } from './texts.ts';

/** Takes blanks off. */
export const trim = defineProcessor({
  name: 'trim',
  summary: 'Takes blanks and line ends off both ends of texts, also of those in lists.',
  config: paths('The fields.'),
  examples: [
    {
      title: 'a text',
      config: 'user.name',
      before: { user: { name: '  alice\n' } },
      after: { user: { name: 'alice' } },
    },
  ],
  create: (fields) => eachText(fields, (text) => text.trim()),
});
