import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { compileTemplate, templateText } from './template_text.ts';
import { workWriter } from './work.ts';

/** Writes texts with fields in them. */
export const template = defineProcessor({
  name: 'template',
  summary: 'Writes texts with the values of fields in braces; nothing where one of the fields is missing.',
  config: z
    .record(fieldPath, templateText)
    .describe('Text by field.')
    .meta({ examples: [{ 'event.reason': '{user.name} from {source.ip}' }] }),
  examples: [
    {
      title: 'two fields, and one that is missing',
      config: { 'event.reason': '{user.name} on {source.port}', 'a.b': '{user.id}' },
      before: { user: { name: 'alice' }, source: { port: 22 } },
      after: { user: { name: 'alice' }, source: { port: 22 }, event: { reason: 'alice on 22' } },
    },
  ],
  create(config) {
    const texts = Object.entries(config).map(([path, text]) => ({
      textOf: compileTemplate(text),
      write: workWriter(path),
    }));
    return (work) => {
      for (const { textOf, write } of texts) {
        const text = textOf(work);
        if (text !== undefined) write(work, text);
      }
      return undefined;
    };
  },
});
