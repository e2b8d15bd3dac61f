import { columnsOf, type Feature, type FeatureEncoder, longestWindow } from '@tidewatch/features';
import type { Reference } from '@tidewatch/models';
import { placeIn, readingsOf } from './drift_series.ts';

/** What features are in training, as a manifest says it. */
export interface ReferenceWriter {
  /**
   * @param rows columns of features, row by row
   * @param age milliseconds from the first event to the first of these
   */
  add(rows: Float32Array, age: number): void;
  /** By name of a feature; without one that looks back over a time that has not passed. */
  reference(): Readonly<Record<string, Reference>>;
}

/** Quantiles that a reference has: each counts as a value of training. */
const quantiles = 1_001;
/** Values of a feature that its quantiles are made of, each as likely as any other. */
const mostKept = 100_000;

/** Reads values as drift does, so that the two can be compared. */
export function createReferenceWriter(
  features: readonly Feature[],
  columns: FeatureEncoder['columns'],
): ReferenceWriter {
  const series = readingsOf(features, columns).map(({ feature, kind, read }) => {
    const { take, made } = kind === 'categories' ? counting(feature) : ranking();
    const from = longestWindow([feature]);
    return { name: feature.name, from, made, add: (rows: Float32Array) => read(none, rows, take) };
  });
  return {
    add(rows, age) {
      for (const { from, add } of series) if (age >= from) add(rows);
    },
    reference: () =>
      Object.fromEntries(
        series.flatMap(({ name, made }) => {
          const reference = made();
          return reference === undefined ? [] : [[name, reference] as const];
        }),
      ),
  };
}

/** What is made of the values that were taken; undefined of none. */
interface Gathered {
  take(value: number): void;
  made(): Reference | undefined;
}

const none = new Float32Array();

function counting(feature: Feature): Gathered {
  const { length } = columnsOf(feature);
  const counts = new Array<number>(length + 1).fill(0);
  return {
    take(column) {
      (counts[column < 0 ? length : column] as number) += 1;
    },
    made: () => ({ counts }),
  };
}

function ranking(): Gathered {
  const kept: number[] = [];
  let seen = 0;
  return {
    take(value) {
      const at = placeIn(mostKept, seen++);
      if (at !== undefined) kept[at] = value;
    },
    made() {
      if (seen === 0) return undefined;
      const sorted = kept.toSorted((a, b) => a - b);
      const last = sorted.length - 1;
      return Array.from(
        { length: quantiles },
        (_, i) => sorted[Math.round((i / (quantiles - 1)) * last)] as number,
      );
    },
  };
}
