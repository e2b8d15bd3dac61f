import type { Json, JsonObject } from '@tidewatch/event';
import { addressKey, parseCidr } from '@tidewatch/query';
import { z } from 'zod';
import { defineProcessor, fieldPath, oneOrMore } from './processor.ts';
import { fieldReader, setter } from './work.ts';

const network = z
  .string()
  .refine((text) => rangeOf(text) !== undefined, 'is no network such as 192.0.2.0/24, nor an address')
  .meta({ examples: ['192.0.2.0/24', '2001:db8::/32'] });

const rangeOf = (text: string) => parseCidr(text) ?? parseCidr(`${text}/${text.includes(':') ? 128 : 32}`);

/** Sets fields where an address is in a network. */
export const cidr = defineProcessor({
  name: 'cidr',
  summary: 'Sets fields where an address, or a member of a list of them, is in one of the networks.',
  config: z
    .strictObject({
      field: fieldPath.describe('The address.').exactOptional(),
      fields: z
        .array(fieldPath)
        .min(1)
        .describe('Several: one of them must be in a network.')
        .exactOptional(),
      networks: oneOrMore(network).describe('The networks, or single addresses.'),
      set: z.record(fieldPath, z.json()).describe('What is set then.'),
    })
    .refine(
      (given) => (given.field === undefined) !== (given.fields === undefined),
      'has one of `field` and `fields`',
    ),
  examples: [
    {
      title: 'a direction',
      config: {
        field: 'source.ip',
        networks: ['192.0.2.0/24', '2001:db8::/32'],
        set: { 'network.direction': 'internal' },
      },
      before: { source: { ip: '2001:db8::7' } },
      after: { source: { ip: '2001:db8::7' }, network: { direction: 'internal' } },
    },
    {
      title: 'an address elsewhere, and what is none',
      config: { fields: ['source.ip', 'a'], networks: '192.0.2.7', set: { 'labels.x': 'y' } },
      before: { source: { ip: '192.0.2.8' }, a: 'b' },
      after: { source: { ip: '192.0.2.8' }, a: 'b' },
    },
  ],
  create({ field, fields = field === undefined ? [] : [field], networks, set }) {
    const readers = fields.map((path) => fieldReader(path));
    const ranges = networks.flatMap((text) => rangeOf(text) ?? []);
    const put = setter(set as JsonObject);
    const isIn = (value: Json | undefined): boolean => {
      if (Array.isArray(value)) return value.some(isIn);
      const key = typeof value === 'string' ? addressKey(value) : undefined;
      return key !== undefined && ranges.some(({ from, to }) => key >= from && key <= to);
    };
    return (work) => {
      for (const read of readers)
        if (isIn(read(work.fields))) {
          put(work);
          return undefined;
        }
      return undefined;
    };
  },
});
