import { isHostileKey } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';
import { z } from 'zod';

/** Most columns that the features of one model may have. */
export const widthLimit = 8_192;

const named = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, _ and -, a letter first')
    .refine((name) => name !== 'label', 'what analysts decided is called so')
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

/** Tells features of one event from those of windows. */
const aggregate = z.undefined().optional();

const perEvent = z.discriminatedUnion('encode', [
  z.strictObject({ ...named, aggregate, field, encode: z.literal('number'), missing }),
  z.strictObject({ ...named, aggregate, field, encode: z.literal('log'), missing }),
  z.strictObject({
    ...named,
    aggregate,
    field,
    encode: z.literal('cyclic'),
    period: z.enum(['day', 'week']).describe('what it goes round in, in UTC'),
  }),
  z.strictObject({ ...named, aggregate, field, encode: z.literal('hash'), buckets }),
  z.strictObject({
    ...named,
    aggregate,
    field,
    encode: z.literal('ngrams'),
    n: z.int().min(1).max(8).describe('characters of each'),
    buckets,
  }),
  z.strictObject({ ...named, aggregate, field, encode: z.literal('tokens') }),
  z.strictObject({ ...named, aggregate, field, encode: z.literal('length') }),
  z.strictObject({
    ...named,
    aggregate,
    field,
    encode: z.literal('equals'),
    value: z.union([z.string().max(1_000), z.number(), z.boolean()]),
  }),
]);

/** Milliseconds of the longest window. */
const longest = 30 * 86_400_000;
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration such as 30m, 1h or 7d. */
export const durationOf = (text: string): number =>
  Number.parseInt(text, 10) * unitMs[text.slice(-1) as keyof typeof unitMs];

const window = {
  by: z.array(path).min(1).max(3).describe('fields whose values together say which entity it is of'),
  over: z
    .string()
    .regex(/^[1-9]\d{0,4}[mhd]$/, 'e.g. 30m, 1h or 7d')
    .refine((text) => durationOf(text) <= longest, 'at most 30d')
    .describe('how far back it looks, in event time'),
  where: z
    .string()
    .trim()
    .min(1)
    .max(1_000)
    .superRefine((text, context) => {
      const parsed = parseKql(text);
      if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.error.message });
    })
    .optional()
    .describe('which events it counts, in KQL; all where it is left out'),
  encode: z.enum(['number', 'log']).default('number'),
  missing,
};
const of = path.describe('ECS field whose values it is taken of');

const windowed = z.discriminatedUnion('aggregate', [
  z.strictObject({ ...named, aggregate: z.literal('count'), ...window }),
  z.strictObject({
    ...named,
    aggregate: z.enum(['sum', 'avg', 'min', 'max', 'cardinality', 'rarity']),
    of,
    ...window,
  }),
]);

const featureSchema = z.discriminatedUnion('aggregate', [perEvent, ...windowed.options]);

/** What a model is shown of an event, in order; their names differ, and their columns are at most {@link widthLimit}. */
export const featuresSchema = z
  .array(featureSchema)
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

export type Feature = z.infer<typeof featureSchema>;
export type PerEventFeature = z.infer<typeof perEvent>;
export type WindowedFeature = z.infer<typeof windowed>;

/** What the columns of a feature are called: its name, and behind it what tells several apart. */
export function columnsOf(feature: Feature): readonly string[] {
  const { name } = feature;
  if (feature.encode === 'cyclic') return [`${name}.sin`, `${name}.cos`];
  if (feature.encode !== 'hash' && feature.encode !== 'ngrams') return [name];
  return Array.from({ length: feature.buckets }, (_, bucket) => `${name}#${bucket}`);
}
