import type { JsonObject } from '@tidewatch/event';
import { z } from 'zod';
import { putNamed } from './kv.ts';
import { readPairs } from './pairs.ts';
import { defineProcessor, fieldPath, textField } from './processor.ts';
import { failed, fieldReader, merger, textAt } from './work.ts';

const syntax = { pair: ' ', value: '=', quotes: true };

/** Reads logfmt (brandur.org/logfmt). */
export const logfmt = defineProcessor({
  name: 'logfmt',
  summary: 'Reads logfmt: `level=info msg="took it" cached`; a name alone is true.',
  config: z.strictObject({
    field: textField,
    to: fieldPath
      .describe('Where the pairs go. Without it they join the event’s own fields.')
      .exactOptional(),
  }),
  examples: [
    {
      title: 'a line of a Go program',
      config: { to: 'app' },
      before: { message: 'level=info msg="took \\"it\\"" cached user=' },
      after: {
        message: 'level=info msg="took \\"it\\"" cached user=',
        app: { level: 'info', msg: 'took "it"', cached: true },
      },
    },
    { title: 'no pair', config: {}, before: { message: 'only words' }, fails: 'pattern_mismatch' },
  ],
  create({ field, to }) {
    const read = fieldReader(field);
    const merge = merger(to);
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const members: JsonObject = {};
      let pairs = 0;
      readPairs(text, syntax, (name, value) => {
        if (value !== undefined) pairs++;
        if (name !== '' && value !== '' && !putNamed(members, name, value ?? true))
          work.context.warn('hostile_key');
      });
      if (pairs === 0) return failed(`pattern_mismatch: ${field} has no pairs`);
      merge(work, members);
      return undefined;
    };
  },
});
