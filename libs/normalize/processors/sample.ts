import { z } from 'zod';
import { keyReader } from './noise.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { type Ended, type Work, workWriter } from './work.ts';

/** Keeps a part. */
export const sample = defineProcessor({
  name: 'sample',
  summary:
    'Keeps a part of the events and drops the others (`sampled`): always the same ones, by a hash. Those kept say the rate in `labels.sample_rate`.',
  config: z.strictObject({
    rate: z.number().gt(0).max(1).describe('The part that is kept, above 0 to 1.'),
    fields: z
      .array(fieldPath)
      .min(1)
      .describe('Events with the same values are all kept or all dropped; default: each record by itself.')
      .exactOptional(),
  }),
  examples: [
    {
      title: 'one that is kept',
      config: { rate: 0.5, fields: ['source.ip'] },
      before: { source: { ip: '192.0.2.7' } },
      after: { source: { ip: '192.0.2.7' }, labels: { sample_rate: '0.5' } },
    },
    {
      title: 'one that is not',
      config: { rate: 0.1, fields: ['source.ip'] },
      before: { source: { ip: '192.0.2.7' } },
      ends: 'dropped',
    },
  ],
  create({ rate, fields }, { resources: { noise, parser = '' } }) {
    const keyOf = fields === undefined ? undefined : keyReader(fields);
    const write = workWriter('labels.sample_rate');
    const dropped: Ended = { status: 'dropped', reason: 'sampled' };
    const hashOf = (work: Work): number => {
      if (keyOf !== undefined) return hash(Buffer.from(keyOf(work)));
      return hash(work.context.bytes ?? Buffer.from(JSON.stringify(work.fields)));
    };
    return (work) => {
      if (rate < 1 && hashOf(work) >= rate * 2 ** 32) {
        noise?.heldBack(parser, 'sample');
        return dropped;
      }
      write(work, String(rate));
      return undefined;
    };
  },
});

/** MurmurHash3, 32 bit, with the seed 0: public domain, by Austin Appleby. 0 to 2^32 - 1. */
function hash(bytes: Uint8Array): number {
  let h = 0;
  const whole = bytes.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    h ^= mixed(word);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | (bytes[i] as number);
  if (bytes.length > whole) h ^= mixed(tail);
  h ^= bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function mixed(word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}
