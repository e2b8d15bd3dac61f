import { z } from 'zod';
import { defineProcessor } from './processor.ts';
import { compileTemplate, templateText } from './template_text.ts';
import { workWriter } from './work.ts';

/** Sets labels. */
export const labels = defineProcessor({
  name: 'labels',
  summary: 'Sets `labels.*`: fixed texts, or texts with fields in braces.',
  config: z
    .record(z.string().regex(/^\w{1,64}$/, 'is letters, digits and _'), templateText)
    .describe('Text by label.')
    .meta({ examples: [{ site: 'athens', route: '{source.ip} to {destination.ip}' }] }),
  examples: [
    {
      title: 'a fixed one, one with a field, and one whose field is missing',
      config: { site: 'athens', account: '{user.name}', group: '{group.name}' },
      before: { user: { name: 'alice' } },
      after: { user: { name: 'alice' }, labels: { site: 'athens', account: 'alice' } },
    },
  ],
  create(config) {
    const texts = Object.entries(config).map(([name, text]) => ({
      textOf: compileTemplate(text),
      write: workWriter(`labels.${name}`),
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
