import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { defineProcessor, fieldPath } from './processor.ts';
import { failed, workWriter } from './work.ts';

/** Bytes of the shortest key: as many as SHA-256 gives (RFC 2104, section 3). */
const minKey = 32;

/** Seals the record's bytes. */
export const hmac = defineProcessor({
  name: 'hmac',
  summary:
    'Writes an HMAC over the record’s bytes as they came, by which anyone with the key can tell that they are unchanged.',
  config: z.strictObject({
    key: z
      .union([
        z.strictObject({
          file: z.string().describe('File whose content is the key; line ends after it are left out.'),
        }),
        z.strictObject({ env: z.string().describe('Variable of the environment whose value is the key.') }),
      ])
      .describe('Where the key is, of at least 32 bytes; never the key itself.'),
    to: fieldPath.describe('Where it goes, in hexadecimal.').default('event.hash'),
    algorithm: z.enum(['sha256', 'sha512']).describe('How it is hashed.').default('sha256'),
  }),
  examples: [
    {
      title: 'over the bytes of the record',
      config: { key: { file: 'seal.key' }, to: 'event.hash' },
      before: { message: 'record' },
      after: {
        message: 'record',
        event: { hash: 'ca90cb2629981e9471eb0d518372eab3551862db8a1eac2685e0a33c48bade22' },
      },
    },
  ],
  create({ key, to, algorithm }, { resources: { folder } }) {
    const secret = keyOf(key, folder);
    const write = workWriter(to);
    return (work) => {
      const { bytes } = work.context;
      if (bytes === undefined) return failed('no_record: there are no bytes of a record');
      write(work, createHmac(algorithm, secret).update(bytes).digest('hex'));
      return undefined;
    };
  },
});

/** @throws Error, in words for people, where there is no such key or it is too short */
function keyOf(key: { readonly file: string } | { readonly env: string }, folder: string): string {
  const secret =
    'env' in key
      ? process.env[key.env]
      : readFileSync(isAbsolute(key.file) ? key.file : join(folder, key.file), 'utf8').replace(
          /[\r\n]+$/,
          '',
        );
  const name = 'env' in key ? `the variable ${key.env}` : key.file;
  if (secret === undefined) throw new TypeError(`${name} is not set`);
  if (Buffer.byteLength(secret) < minKey)
    throw new RangeError(`the key in ${name} has fewer than ${minKey} bytes`);
  return secret;
}
