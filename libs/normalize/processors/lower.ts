import { defineProcessor, paths } from './processor.ts';
import { eachText } from './texts.ts';

/** Writes texts in small letters. */
export const lower = defineProcessor({
  name: 'lower',
  summary: 'Writes texts, also those in lists, in small letters.',
  config: paths('The fields.'),
  examples: [
    {
      title: 'a text and a list',
      config: ['host.name', 'a'],
      before: { host: { name: 'Web1' }, a: ['Xy', 1] },
      after: { host: { name: 'web1' }, a: ['xy', 1] },
    },
  ],
  create: (fields) => eachText(fields, (text) => text.toLowerCase()),
});
