import { isObject } from '@tidewatch/event';
import { z } from 'zod';
import { defineProcessor, fieldPath, paths } from './processor.ts';
import { fieldReader, takeField } from './work.ts';

/** Takes fields away. */
export const remove = defineProcessor({
  name: 'remove',
  summary:
    'Takes fields away, and objects that are empty without them; or all members of an object but some.',
  config: z.union([
    paths('What is taken away.'),
    z.strictObject({
      keep: z.array(z.string()).describe('Names of members that stay.'),
      under: fieldPath.describe('The object whose other members are taken away.'),
    }),
  ]),
  examples: [
    {
      title: 'fields',
      config: ['app.version', 'app.build.date'],
      before: { app: { name: 'a', version: 1, build: { date: 'x' } } },
      after: { app: { name: 'a' } },
    },
    {
      title: 'all but some',
      config: { under: 'app', keep: ['name'] },
      before: { app: { name: 'a', version: 1 } },
      after: { app: { name: 'a' } },
    },
  ],
  create(config) {
    if (!Array.isArray(config)) {
      const read = fieldReader(config.under);
      const kept = new Set(config.keep);
      return ({ fields }) => {
        const object = read(fields);
        if (isObject(object)) for (const key of Object.keys(object)) if (!kept.has(key)) delete object[key];
        return undefined;
      };
    }
    const removed = config.map((path) => path.split('.'));
    return ({ fields }) => {
      for (const keys of removed) takeField(fields, keys);
      return undefined;
    };
  },
});
