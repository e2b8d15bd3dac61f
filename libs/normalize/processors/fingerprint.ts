import { createHash } from 'node:crypto';
import { isObject, type Json } from '@tidewatch/event';
import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { fieldReader, workWriter } from './work.ts';

/** Hashes fields. */
export const fingerprint = defineProcessor({
  name: 'fingerprint',
  summary:
    'Writes a hash over the values of fields, equal where all of them are; nothing where all are missing.',
  config: z.strictObject({
    fields: z.array(fieldPath).min(1).describe('What is hashed, with the fields’ names.'),
    to: fieldPath.describe('Where the hash goes, in hexadecimal.').default('event.hash'),
    algorithm: z.enum(['sha256', 'sha512', 'sha1']).describe('How it is hashed.').default('sha256'),
  }),
  examples: [
    {
      title: 'two fields, one of them missing',
      config: { fields: ['user.name', 'host.name'], to: 'labels.key', algorithm: 'sha1' },
      before: { user: { name: 'alice' } },
      after: { user: { name: 'alice' }, labels: { key: '4a7758d8ab2a7b428759e9c3e5d75e45453d93f0' } },
    },
  ],
  create({ fields, to, algorithm }) {
    const readers = fields.map((path) => fieldReader(path));
    const write = workWriter(to);
    return (work) => {
      const values = readers.map((read) => read(work.fields));
      if (values.every((value) => value === undefined)) return undefined;
      const text = canonical(fields.map((path, i) => [path, values[i] ?? null]));
      write(work, createHash(algorithm).update(text).digest('hex'));
      return undefined;
    };
  },
});

/** JSON with members in the order of their names. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name] as Json)}`).join(',')}}`;
}
