import { z } from 'zod';
import { defineProcessor, fieldPath, oneOrMore } from './processor.ts';
import { copyOf, fieldReader, workWriter } from './work.ts';

/** Copies fields. */
export const copy = defineProcessor({
  name: 'copy',
  summary: 'Copies fields to other places; what is not there is passed over.',
  config: z
    .record(fieldPath, oneOrMore(fieldPath))
    .describe('One place or several by field.')
    .meta({ examples: [{ 'source.ip': ['client.ip'] }] }),
  examples: [
    {
      title: 'to two places',
      config: { 'source.ip': ['client.ip', 'client.address'], 'a.b': 'c' },
      before: { source: { ip: '192.0.2.7' } },
      after: {
        source: { ip: '192.0.2.7' },
        client: { ip: '192.0.2.7', address: '192.0.2.7' },
      },
    },
  ],
  create(config) {
    const copies = Object.entries(config).map(([from, to]) => ({
      read: fieldReader(from),
      writers: to.map((path) => workWriter(path)),
    }));
    return (work) => {
      for (const { read, writers } of copies) {
        const value = read(work.fields);
        if (value === undefined || value === null) continue;
        for (const write of writers) write(work, copyOf(value));
      }
      return undefined;
    };
  },
});
