import { type ConfigIssue, validateYaml } from '@tidewatch/plugin';
import { z } from 'zod';
import type { FeatureDefinition } from './definition.ts';

const moment = z.iso.datetime().transform((text) => Date.parse(text));

const reach = z
  .strictObject({
    feature: z.string().describe('Name of the detector’s feature.'),
    direction: z.enum(['above', 'below', 'both']).describe('On which side of what was expected.'),
    absolute: z
      .number()
      .positive()
      .exactOptional()
      .describe('So far from what was expected is normal, in the feature’s own unit.'),
    relative: z
      .number()
      .positive()
      .max(1_000)
      .exactOptional()
      .describe('The same as a share of what was expected; of the two, what reaches further.'),
  })
  .refine(({ absolute, relative }) => absolute !== undefined || relative !== undefined, {
    path: ['absolute'],
    message: 'is missing: say how far is normal, by `absolute` or `relative`',
  });

const normalSchema = z.strictObject({
  id: z.uuid().describe('Name, unique.'),
  detector: z.string().describe('Id of the detector.'),
  entity: z
    .array(z.string().max(600))
    .max(2)
    .exactOptional()
    .describe('Whose intervals: a value for each field of the detector’s `by`; every entity’s if absent.'),
  features: z.array(reach).min(1).max(10).describe('How far from what was expected is normal.'),
  reason: z.string().min(1).max(1_000).describe('Why it is normal.'),
  author: z.string().describe('Who says so.'),
  created: moment.describe('When they said so.'),
  expires: moment.exactOptional().describe('Intervals that begin later are looked at as before.'),
});

/** What somebody said is normal of an entity, or of all: no reason for an alert. Times are epoch milliseconds. */
export type Normal = z.output<typeof normalSchema>;

/** What decides whether an interval is held back. */
export interface Tolerance {
  readonly entity?: readonly string[];
  readonly expires?: number;
  readonly features: readonly Reach[];
}

/** How far a feature may be off. */
export type Reach = Readonly<Normal['features'][number]>;

export type ReadNormal =
  | { readonly ok: true; readonly normal: Normal }
  | { readonly ok: false; readonly faults: readonly ConfigIssue[] };

/** Reads the YAML of one, and says all that is wrong with it. */
export function parseNormal(text: string): ReadNormal {
  const read = validateYaml(text, normalSchema);
  return read.ok ? { ok: true, normal: read.value } : { ok: false, faults: read.issues };
}

/** Those that speak of an interval of an entity. @param from its start, epoch ms */
export const speakingOf = (
  tolerances: readonly Tolerance[],
  entity: readonly string[],
  from: number,
): readonly Tolerance[] =>
  tolerances.filter(
    ({ entity: whose, expires }) =>
      (expires === undefined || from < expires) &&
      (whose === undefined ||
        (whose.length === entity.length && whose.every((value, i) => value === entity[i]))),
  );

/** How far from what was expected is tolerated of a feature on one side; 0 where nothing is. */
const reachOf = (
  tolerances: readonly Tolerance[],
  feature: string,
  side: 'above' | 'below',
  expected: number,
): number =>
  Math.max(
    0,
    ...tolerances
      .flatMap(({ features }) => features)
      .filter((one) => one.feature === feature && (one.direction === 'both' || one.direction === side))
      .flatMap(({ absolute = 0, relative = 0 }) => [absolute, relative * Math.abs(expected)]),
  );

/** Whether somebody said that this is normal. @param tolerances those that speak of the interval */
export const isNormal = (
  tolerances: readonly Tolerance[],
  feature: string,
  actual: number,
  expected: number,
): boolean => {
  const off = actual - expected;
  return Math.abs(off) <= reachOf(tolerances, feature, off > 0 ? 'above' : 'below', expected);
};

/**
 * Between which values a feature is no reason for an alert; null where there is no such edge.
 *
 * @param tolerances those that speak of the interval
 * @param expected finite
 */
export function edgesOf(
  { name, direction, min_absolute, min_relative }: FeatureDefinition,
  tolerances: readonly Tolerance[],
  expected: number,
): { readonly lower: number | null; readonly upper: number | null } {
  const least = Math.max(min_absolute, min_relative * Math.abs(expected));
  const reach = (side: 'above' | 'below') => Math.max(least, reachOf(tolerances, name, side, expected));
  return {
    lower: direction === 'above' ? null : expected - reach('below'),
    upper: direction === 'below' ? null : expected + reach('above'),
  };
}
