import type { EcsEvent, Json } from '@tidewatch/event';
import { type EventPredicate, parseKql, toPredicate, valuesAt } from '@tidewatch/query';
import type { FeatureDefinition } from './definition.ts';
import { Distinct } from './distinct.ts';
import { known as knownText } from './entity.ts';

/** What is known of one feature in an interval that is open. */
interface Tally {
  /** Events looked at, or values measured. */
  count: number;
  /** The sum, or the smallest or largest value; of a share how many fit. */
  value: number;
  readonly distinct?: Distinct;
  /** Values that may be new, with the data class of the event that brought each first. */
  readonly texts?: Map<string, string>;
}

/** JSON of a tally, in the order of the features. Files of before lack the classes of values. */
export type TallyState = readonly [
  count: number,
  value: number,
  values?: readonly (number | string)[],
  classes?: readonly string[],
];

/** What an event adds to the features of an interval, and what they come to. */
export interface Features {
  readonly open: (state?: readonly TallyState[]) => Tally[];
  readonly add: (tallies: readonly Tally[], event: EcsEvent) => void;
  /** Of each feature the values that are new, by what is known of its earlier ones; undefined of those that count none. */
  readonly unseen: (tallies: readonly Tally[] | undefined, known: Known) => readonly Unseen[];
  /** Some of the values that are new, of those that came in a data class: others are for other readers. */
  readonly examples: (
    tallies: readonly Tally[] | undefined,
    unseen: readonly Unseen[],
    dataClass: string,
  ) => readonly Unseen[];
  /** One value by feature; NaN where nothing was measured. @param previous the values of the interval before */
  readonly values: (
    tallies: readonly Tally[] | undefined,
    previous: readonly number[],
    unseen: readonly Unseen[],
  ) => number[];
  readonly save: (tallies: readonly Tally[]) => TallyState[];
}

/** Learns texts of a feature (its place in the definition), and answers those that it did not know. */
export type Known = (feature: number, texts: ReadonlySet<string>) => readonly string[];
export type Unseen = readonly string[] | undefined;

export type Tallies = ReturnType<Features['open']>;

/** A query of a definition, which was read once when the definition was. */
export function predicateOf(text: string): EventPredicate {
  const read = parseKql(text);
  if (!read.ok) throw new TypeError(read.error.message);
  return toPredicate(read.ast, { now: Date.now() });
}

/** Values of an interval that may be new; a scan of more is odd enough. */
const mostTexts = 256;
const mostExamples = 10;
/** How long a value stays known after it came last, where a definition says nothing, ms. */
export const defaultRemember = 30 * 86_400_000;

/** Makes the features of a definition. */
export function createFeatures(definitions: readonly FeatureDefinition[]): Features {
  const features = definitions.map((definition) => ({
    ...definition,
    keys: definition.field?.split('.') ?? [],
    fits: definition.where === undefined ? undefined : predicateOf(definition.where),
  }));
  type Feature = (typeof features)[number];

  function addOne({ aggregate, keys, fits }: Feature, tally: Tally, event: EcsEvent): void {
    const isWanted = fits?.(event) ?? true;
    if (aggregate === 'share') {
      tally.count++;
      if (isWanted) tally.value++;
      return;
    }
    if (!isWanted) return;
    if (aggregate === 'count') {
      tally.count++;
      return;
    }
    for (const value of valuesAt(event, keys)) {
      if (aggregate === 'cardinality' || aggregate === 'new') {
        if (value === null || typeof value === 'object') continue;
        tally.count++;
        tally.distinct?.add(String(value));
        if (tally.texts !== undefined && tally.texts.size < mostTexts) {
          const text = knownText(String(value));
          if (!tally.texts.has(text)) tally.texts.set(text, event.tidewatch.data_class);
        }
        continue;
      }
      const number = numberOf(value);
      if (Number.isNaN(number)) continue;
      tally.value =
        tally.count === 0
          ? number
          : aggregate === 'min'
            ? Math.min(tally.value, number)
            : aggregate === 'max'
              ? Math.max(tally.value, number)
              : tally.value + number;
      tally.count++;
    }
  }

  return {
    open: (state) =>
      features.map(({ aggregate }, i) => {
        const [count, value, values, classes] = state?.[i] ?? [0, 0];
        return {
          ...{ count, value },
          ...(aggregate === 'cardinality' && { distinct: new Distinct(values as number[] | undefined) }),
          ...(aggregate === 'new' && {
            texts: new Map((values as string[] | undefined)?.map((text, at) => [text, classes?.[at] ?? ''])),
          }),
        };
      }),
    add: (tallies, event) => {
      for (const [i, feature] of features.entries()) addOne(feature, tallies[i] as Tally, event);
    },
    unseen: (tallies, known) =>
      features.map((_, i) => {
        const texts = tallies?.[i]?.texts;
        return texts === undefined || texts.size === 0 ? undefined : known(i, new Set(texts.keys()));
      }),
    examples: (tallies, unseen, dataClass) =>
      unseen.map((texts, i) => {
        const own = texts?.filter((text) => tallies?.[i]?.texts?.get(text) === dataClass);
        return own?.length ? own.slice(0, mostExamples) : undefined;
      }),
    values: (tallies, previous, unseen) =>
      features.map((feature, i) => {
        const tally = tallies?.[i];
        if (feature.aggregate === 'new' && tally !== undefined) return unseen[i]?.length ?? 0;
        if (tally !== undefined && (tally.count > 0 || isSummed(feature))) return measured(feature, tally);
        const { missing = isSummed(feature) ? 'zero' : 'expected' } = feature;
        if (typeof missing === 'number') return missing;
        if (missing === 'zero') return 0;
        return missing === 'previous' ? (previous[i] ?? Number.NaN) : Number.NaN;
      }),
    save: (tallies) =>
      tallies.map(({ count, value, distinct, texts }) => {
        if (texts !== undefined) return [count, value, [...texts.keys()], [...texts.values()]];
        return distinct === undefined ? [count, value] : [count, value, distinct.toJSON()];
      }),
  };
}

/** Where nothing came, there is nothing: for means, extremes and shares nothing is known. */
const isSummed = ({ aggregate }: FeatureDefinition): boolean =>
  aggregate === 'count' || aggregate === 'sum' || aggregate === 'cardinality' || aggregate === 'new';

function measured({ aggregate }: FeatureDefinition, { count, value, distinct }: Tally): number {
  if (aggregate === 'count') return count;
  if (aggregate === 'cardinality') return distinct?.count ?? 0;
  return aggregate === 'avg' || aggregate === 'share' ? value / count : value;
}

/** What larger values would come to is no finite sum any more. */
const largest = 1e15;

function numberOf(value: Json): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= largest ? number : Number.NaN;
}
