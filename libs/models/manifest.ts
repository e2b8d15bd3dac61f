import { levels } from '@tidewatch/event';
import { columnsOf, type Feature, featuresSchema } from '@tidewatch/features';
import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, _ and -, a letter first');
const text = (most: number) => z.string().trim().min(1).max(most);
const share = z.number().min(0).max(1);

const mostFiles = 32;
const fileName = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/, 'the name of a file in the folder');
const tensor = text(200);

/** What a model's manifest says whatever runs it. */
const common = {
  name: name.describe('what the model is called; the folder above that of its versions'),
  version: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6}){0,2}$/, 'e.g. 3 or 1.4.0')
    .describe('digits and dots'),
  events: text(1_000).describe('the events it is for, in KQL'),
  score: z.strictObject({
    meaning: text(1_000).describe('what a score says, for the person who reads it'),
    threshold: share.describe('score from which there is something to look at'),
    calibration: text(1_000).describe('how the threshold was found'),
    title: text(200).describe('title of its alerts'),
    by: z
      .array(text(200).regex(/^[\w@-]+(\.[\w@-]+)*$/, 'a dotted path, e.g. source.ip'))
      .min(1)
      .max(3)
      .optional()
      .describe(
        'fields whose values together say what an alert is about; host and user where one is missing',
      ),
    level: z.enum(levels).default('medium').describe('level of its alerts, as Sigma has them'),
  }),
  explanation: text(1_000).describe('how it is told what made a score'),
  data: z.strictObject({
    class: name.describe('data class of its scores'),
    training: text(2_000).describe('what it was trained on'),
  }),
  author: text(200),
  license: text(100).describe('SPDX identifier, or LicenseRef-…'),
  tolerance: z
    .number()
    .positive()
    .max(0.1)
    .default(1e-5)
    .describe(
      'what a golden score may differ by; by quantiles, whose steps may be steep, its raw score by as much of itself, up to a hundredth of their range',
    ),
  files: z
    .record(fileName, z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in hexadecimal digits'))
    .refine((files) => Object.keys(files).length <= mostFiles, `at most ${mostFiles} files`)
    .describe(`SHA-256 of each file beside the manifest, ${mostFiles} at most`),
};

const ascending = (least: number) =>
  z
    .array(z.number())
    .min(least)
    .max(10_001)
    .refine(
      (values) => values.every((value, i) => i === 0 || value >= (values[i - 1] as number)),
      'ascending values',
    );

const quantiles = z.strictObject({
  quantiles: ascending(2).describe('raw scores of calibration, ascending and evenly spaced in rank'),
});

const counts = z.strictObject({
  counts: z
    .array(z.int().min(0))
    .refine((all) => all.some((count) => count > 0), 'the counts of some events')
    .describe(
      'of each column in how many events it held something (where several did, one of them by chance); the last, in how many none did',
    ),
});

/** What a feature was in training: quantiles of what has an order, counts of what has none. */
export type Reference = z.infer<typeof reference>;
const reference = z.union([ascending(101), counts]);

function referenceFault(feature: Feature | undefined, given: Reference): string | undefined {
  if (feature === undefined) return 'no feature is called so';
  const isUnordered = feature.encode === 'hash' || feature.encode === 'ngrams';
  if ('counts' in given !== isUnordered)
    return isUnordered ? 'its columns have no quantiles: give `counts`' : 'its values are given as quantiles';
  const wanted = columnsOf(feature).length + 1;
  return 'counts' in given && given.counts.length !== wanted
    ? `has ${given.counts.length} counts, not ${wanted}: one for each column, and one for none`
    : undefined;
}

/** How an ONNX model is fed and read. */
const onnx = z.strictObject({
  file: fileName.describe('the model'),
  input: tensor.describe('its input, float32 [N, columns of all features]'),
  output: z
    .union([
      z.strictObject({
        name: tensor.describe('the output that holds the score, [N] or [N, k]'),
        column: z.int().min(0).max(65_535).optional().describe('which of the k'),
      }),
      z.strictObject({
        name: tensor.describe('the output that repeats the input'),
        error: z.literal('features').describe('the score is the mean squared error of a row'),
        weights: z
          .record(z.string(), z.number().positive())
          .optional()
          .describe(
            'by name of a feature: what its columns’ errors are multiplied by before they are squared; 1 else',
          ),
      }),
    ])
    .describe('where its score is'),
  scale: z
    .union([z.enum(['none', 'logistic']), quantiles])
    .default('none')
    .describe(
      'from a raw score to 0 to 1: as it is, by the logistic function, or by the share of calibration below it',
    ),
  orientation: z.enum(['higher', 'lower']).default('higher').describe('which end is odd'),
  loops: z.boolean().default(false).describe('whether it may hold Loop, If and Scan'),
});

/** What `manifest.yml` of a model's folder says. */
export const manifestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('svm').describe('a model of edited lines'), ...common }),
  z
    .strictObject({
      kind: z.literal('onnx').describe('a model of any making'),
      ...common,
      features: featuresSchema.describe('what it is shown of an event, in the order of its columns'),
      reference: z
        .record(z.string(), reference)
        .optional()
        .describe(
          'by name of a feature: what its column was in training, as quantiles evenly spaced in rank (of cyclic ones of the angle, -pi to pi); or, of hashes and n-grams, as counts. Drift is told by them from the first window on, instead of by the first window. `tidewatch model reference` writes them',
        ),
      onnx,
    })
    .superRefine(({ features, reference = {} }, context) => {
      for (const [name, given] of Object.entries(reference)) {
        const message = referenceFault(
          features.find((each) => each.name === name),
          given,
        );
        if (message !== undefined) context.addIssue({ code: 'custom', path: ['reference', name], message });
      }
    }),
]);

export type Manifest = z.infer<typeof manifestSchema>;
/** A manifest of one kind. */
export type ManifestOf<Kind extends Manifest['kind']> = Extract<Manifest, { kind: Kind }>;
/** A manifest as its author writes it: without what has a default, and without hashes. */
export type ManifestDraft =
  z.input<typeof manifestSchema> extends infer Each
    ? Each extends unknown
      ? Omit<Each, 'files'>
      : never
    : never;

export const manifestJsonSchema = (): unknown =>
  z.toJSONSchema(manifestSchema, {
    io: 'input',
    // JSON Schema has no word for a key that is not there.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'undefined') jsonSchema.not = {};
    },
  });
