import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { takeField, workWriter } from './work.ts';

/** Renames members where they are. */
export const rename = defineProcessor({
  name: 'rename',
  summary: 'Gives a field another last name, in the object where it stands.',
  config: z
    .record(
      fieldPath,
      fieldPath.refine((name) => !name.includes('.'), 'is a name without dots; `move` takes paths'),
    )
    .describe('New last name by field.')
    .meta({ examples: [{ 'cisco.asa.srcuser': 'source_username' }] }),
  examples: [
    {
      title: 'a name of the source’s',
      config: { 'app.srcUser': 'source_user' },
      before: { app: { srcUser: 'alice' } },
      after: { app: { source_user: 'alice' } },
    },
  ],
  create(config) {
    const renames = Object.entries(config).map(([from, name]) => {
      const keys = from.split('.');
      return { keys, write: workWriter([...keys.slice(0, -1), name].join('.')) };
    });
    return (work) => {
      for (const { keys, write } of renames) {
        const value = takeField(work.fields, keys);
        if (value !== undefined) write(work, value);
      }
      return undefined;
    };
  },
});
