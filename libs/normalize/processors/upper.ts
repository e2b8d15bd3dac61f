import { defineProcessor, paths } from './processor.ts';
import { eachText } from './texts.ts';

/** Writes texts in capital letters. */
export const upper = defineProcessor({
  name: 'upper',
  summary: 'Writes texts, also those in lists, in capital letters.',
  config: paths('The fields.'),
  examples: [
    {
      title: 'a text and a list',
      config: ['host.name', 'a'],
      before: { host: { name: 'Web1' }, a: ['Xy', 1] },
      after: { host: { name: 'WEB1' }, a: ['XY', 1] },
    },
  ],
  create: (fields) => eachText(fields, (text) => text.toUpperCase()),
});
