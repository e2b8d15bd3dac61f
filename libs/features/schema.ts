import { isHostileKey } from '@tidewatch/event';
import { z } from 'zod';

/** Most columns that the features of one model may have. */
export const widthLimit = 8_192;

const named = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, _ and -, a letter first')
    .describe('what it is called in columns and explanations'),
};
const path = z
  .string()
  .max(200)
  .regex(/^[\w@-]+(\.[\w@-]+)*$/, 'a dotted path, e.g. source.bytes')
  .refine((field) => !field.split('.').some(isHostileKey), 'no such field');
const field = path.describe('ECS field that it is taken from');
const missing = z.number().min(-1e15).max(1e15).default(0).describe('what stands for no value');
const buckets = z.int().min(2).max(4_096).describe('columns that hashes fall into');

const perEvent = z.discriminatedUnion('encode', [
  z.strictObject({ ...named, field, encode: z.literal('number'), missing }),
  z.strictObject({ ...named, field, encode: z.literal('log'), missing }),
  z.strictObject({
    ...named,
    field,
    encode: z.literal('cyclic'),
    period: z.enum(['day', 'week']).describe('what it goes round in, in UTC'),
  }),
  z.strictObject({ ...named, field, encode: z.literal('hash'), buckets }),
  z.strictObject({
    ...named,
    field,
    encode: z.literal('ngrams'),
    n: z.int().min(1).max(8).describe('characters of each'),
    buckets,
  }),
  z.strictObject({ ...named, field, encode: z.literal('tokens') }),
  z.strictObject({ ...named, field, encode: z.literal('length') }),
  z.strictObject({
    ...named,
    field,
    encode: z.literal('equals'),
    value: z.union([z.string().max(1_000), z.number(), z.boolean()]),
  }),
]);

/** What a model is shown of an event, in order; their names differ, and their columns are at most {@link widthLimit}. */
export const featuresSchema = z
  .array(perEvent)
  .min(1)
  .max(512)
  .superRefine((features, context) => {
    const names = new Set<string>();
    for (const [i, { name }] of features.entries()) {
      if (names.has(name)) context.addIssue({ code: 'custom', path: [i, 'name'], message: 'is there twice' });
      names.add(name);
    }
    const width = features.reduce((sum, feature) => sum + columnsOf(feature).length, 0);
    if (width > widthLimit)
      context.addIssue({ code: 'custom', message: `make ${width} columns, more than ${widthLimit}` });
  });

export type Feature = z.infer<typeof perEvent>;

/** What the columns of a feature are called: its name, and behind it what tells several apart. */
export function columnsOf(feature: Feature): readonly string[] {
  const { name, encode } = feature;
  if (encode === 'cyclic') return [`${name}.sin`, `${name}.cos`];
  if (encode !== 'hash' && encode !== 'ngrams') return [name];
  return Array.from({ length: feature.buckets }, (_, bucket) => `${name}#${bucket}`);
}
