import { hash } from 'node:crypto';
import { isHostileKey, levels } from '@tidewatch/event';
import { scoreNames, warmUp } from '@tidewatch/forest';
import { type ConfigIssue, validateYaml } from '@tidewatch/plugin';
import { parseKql } from '@tidewatch/query';
import { z } from 'zod';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const dayMs = units.d;

const duration = z
  .string()
  .regex(/^\d{1,5}[smhd]$/, 'is a time such as "90s", "10m", "1h" or "1d"')
  .transform((text) => Number.parseInt(text, 10) * units[text.at(-1) as keyof typeof units]);

const path = z
  .string()
  .max(200)
  .regex(/^[\w@-]+(\.[\w@-]+)*$/, 'is the path of a field, such as user.name')
  .refine((field) => !field.split('.').some(isHostileKey), 'is the path of a field, such as user.name');

const kql = z
  .string()
  .min(1)
  .max(10_000)
  .superRefine((text, context) => {
    const read = parseKql(text);
    if (!read.ok) context.addIssue({ code: 'custom', message: read.error.message });
  });

const aggregates = ['count', 'sum', 'avg', 'min', 'max', 'cardinality', 'new', 'share'] as const;
export type Aggregate = (typeof aggregates)[number];

const feature = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/, 'is up to 64 lower-case letters, digits and `_`, a letter first')
      .describe('What it is called in results.'),
    aggregate: z
      .enum(aggregates)
      .describe(
        'What is made of the events of an interval: how many there are; sum, mean, smallest or largest value of `field`; how many different values it has (exact up to 1,024, then ± 3 %); how many of these are `new`, since the entity had none of them within `remember` (of 256 values an interval at most, beside the last 4,096); or the `share` of events that fit `where`.',
      ),
    field: path
      .exactOptional()
      .describe('Whose values are counted or measured; not for `count` and `share`.'),
    remember: duration
      .refine((ms) => ms >= dayMs && ms <= 365 * dayMs, 'is from "1d" to "365d"')
      .exactOptional()
      .describe('How long a value stays known after it came last, of `new`; default 30d.'),
    learn: duration
      .refine((ms) => ms <= 30 * dayMs, 'is at most "30d"')
      .exactOptional()
      .describe(
        'How long an entity’s values are only learnt, since of one that was not known yet all are `new`; default 1d.',
      ),
    where: kql.exactOptional().describe('Query (KQL): only events that fit it are looked at.'),
    direction: z
      .enum(['above', 'below', 'both'])
      .default('both')
      .describe('On which side of what was expected it is worth an alert.'),
    min_absolute: z
      .number()
      .nonnegative()
      .default(0)
      .describe('What is less far from what was expected is no reason for an alert, in its own unit.'),
    min_relative: z
      .number()
      .min(0)
      .max(1_000)
      .default(0)
      .describe('The same as a share of what was expected.'),
    missing: z
      .union([z.enum(['zero', 'previous', 'expected']), z.number()])
      .exactOptional()
      .describe(
        'What stands for an interval without events: `zero` (the default of counts and sums), the `previous` value, what the forest `expected` (the default of others), or a number.',
      ),
  })
  .superRefine(({ aggregate, field, where, remember, learn }, context) => {
    const needsField = aggregate !== 'count' && aggregate !== 'share';
    if (needsField !== (field !== undefined))
      context.addIssue({
        code: 'custom',
        path: ['field'],
        message: needsField ? `is missing: \`${aggregate}\` needs one` : `has no place with \`${aggregate}\``,
      });
    for (const [key, value] of Object.entries({ remember, learn }))
      if (aggregate !== 'new' && value !== undefined)
        context.addIssue({ code: 'custom', path: [key], message: 'has its place with `new` alone' });
    if (aggregate === 'share' && where === undefined)
      context.addIssue({ code: 'custom', path: ['where'], message: 'is missing: `share` needs one' });
  });

const definitionSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'is up to 64 lower-case letters, digits and hyphens')
      .describe('Name, unique among detectors.'),
    title: z.string().min(1).max(200).describe('Title of its alerts.'),
    description: z
      .string()
      .max(2_000)
      .exactOptional()
      .describe('What it is for, and what its findings may mean.'),
    level: z.enum(levels).default('medium').describe('Level of its alerts.'),
    tags: z
      .array(z.string().max(100))
      .max(20)
      .exactOptional()
      .describe('Tags of its alerts, such as `attack.t1110`.'),
    filter: kql.describe('Query (KQL) of the events that it looks at.'),
    by: z
      .array(path)
      .max(2)
      .refine((fields) => new Set(fields).size === fields.length, 'names a field twice')
      .default([])
      .describe('Up to two fields: each value, or pair of values, is an entity with a forest of its own.'),
    features: z
      .array(feature)
      .min(1)
      .max(5)
      .refine(
        (all) => new Set(all.map(({ name }) => name)).size === all.length,
        'has two features of one name',
      )
      .describe('What is made of the events of each entity and interval.'),
    interval: duration
      .refine(
        (ms) => ms >= units.m && ms <= dayMs && dayMs % ms === 0,
        'is from "1m" to "1d", and divides a day',
      )
      .describe('How long an interval is, in event time.'),
    delay: duration
      .prefault('1m')
      .refine((ms) => ms <= dayMs, 'is at most "1d"')
      .describe('How much later events may come than their sources’ newest, and still count.'),
    idle_after: z
      .int()
      .min(1)
      .max(10_000)
      .default(16)
      .describe('Empty intervals in a row after which an entity is put aside until an event of it comes.'),
    max_entities: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe(
        'Entities that are known at a time. For others those make room that are put aside, the ones that were never graded first; where there are none, they are left out, and counted.',
      ),
    forest: z
      .strictObject({
        trees: z.int().min(10).max(100).default(30).describe('Trees of an entity’s forest.'),
        sample: z.int().min(32).max(512).default(128).describe('Points that each tree keeps.'),
        shingle: z.int().min(1).max(32).default(8).describe('Intervals in a row that make one point.'),
        target: z
          .number()
          .min(0.00001)
          .max(0.009)
          .default(0.001)
          .describe('Share of an entity’s intervals that are odd while nothing is the matter.'),
        score: z
          .enum(scoreNames)
          .default('depth')
          .describe(
            'What makes a point odd: that the forest’s cuts part it from the others at little `depth`, or its `displacement`, the share of the others that it would move in the trees: fewer false alerts where series have a steady rhythm, fewer finds where they have none, and a third slower.',
          ),
      })
      .prefault({})
      .describe(
        'Size of an entity’s forest: more is more accurate, and takes more memory; and how often it speaks up.',
      ),
    alert: z
      .strictObject({
        grade: z.number().min(0).max(1).default(0.3).describe('Least grade of an alert: 0 to 1.'),
        confidence: z.number().min(0).max(1).default(0.25).describe('Least confidence of an alert: 0 to 1.'),
      })
      .prefault({})
      .describe('Which odd intervals become alerts; the others are results only.'),
    data_class: z
      .string()
      .regex(/^[a-z0-9_]+$/, 'is the name of a data class')
      .default('scores')
      .describe('Data class of its results.'),
  })
  .superRefine(({ features, alert }, context) => {
    // An alert wants something to be off: with nothing expected of it, nothing would hold it back.
    if (features.length > 0 && alert.grade === 0 && alert.confidence === 0)
      context.addIssue({
        code: 'custom',
        path: ['alert'],
        message: 'would make an alert of every odd interval',
      });
  });

/** What a detector looks for. Times are milliseconds. */
export type Definition = z.output<typeof definitionSchema>;
export type FeatureDefinition = Definition['features'][number];

/** The JSON Schema of a detector's file as its author writes it, before defaults. */
export const definitionJsonSchema = (): unknown => z.toJSONSchema(definitionSchema, { io: 'input' });

export type ReadDefinition =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly faults: readonly ConfigIssue[] };

/** Reads the YAML of a detector, and says all that is wrong with it. */
export function parseDefinition(text: string): ReadDefinition {
  const read = validateYaml(text, definitionSchema);
  return read.ok ? { ok: true, definition: read.value } : { ok: false, faults: read.issues };
}

/** Changes with what is learnt: a detector of another version begins anew. */
export function versionOf({ filter, by, features, interval, delay, idle_after, forest }: Definition): string {
  const learnt = features.map(({ name, aggregate, field, where, missing, remember, learn }) => [
    ...[name, aggregate, field ?? null, where ?? null, missing ?? null],
    ...(remember === undefined && learn === undefined ? [] : [remember ?? null, learn ?? null]),
  ]);
  const parts = [
    filter,
    by,
    learnt,
    interval,
    delay,
    idle_after,
    forest.trees,
    forest.sample,
    forest.shingle,
    forest.target,
    ...(forest.score === 'depth' ? [] : [forest.score]),
  ];
  return hash('sha256', JSON.stringify(parts)).slice(0, 12);
}

/** Of each feature, in how many of an entity's first intervals its values are only learnt. */
export const learningOf = ({ features, interval }: Pick<Definition, 'features' | 'interval'>): number[] =>
  features.map(({ aggregate, learn = dayMs }) => (aggregate === 'new' ? Math.ceil(learn / interval) : 0));

/** Intervals of an entity before the first that can be odd: what a feature begins with after the others had their turn is new, but usual. */
export const ungraded = (definition: Pick<Definition, 'features' | 'interval'>): number =>
  warmUp + Math.max(...learningOf(definition));

/** Width of the buckets of time by which its alerts gather what they find of an entity: an hour, or a longer interval. */
export const bucketOf = ({ interval }: Definition): number => Math.ceil(units.h / interval) * interval;
