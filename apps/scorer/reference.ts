import { columnsOf, type Feature, type FeatureEncoder } from '@tidewatch/features';
import type { Reference } from '@tidewatch/models';
import { placeIn, readingsOf } from './drift_series.ts';

/** What features are in training, as a manifest says it. */
export interface ReferenceWriter {
  /** @param rows columns of features, row by row */
  add(rows: Float32Array): void;
  /** By name of a feature. */
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
  const series = readingsOf(features, columns).map(({ feature, kind, read }) =>
    kind === 'categories' ? counting(feature, read) : ranking(feature, read),
  );
  return {
    add(rows) {
      for (const { add } of series) add(rows);
    },
    reference: () => Object.fromEntries(series.map(({ name, made }) => [name, made()])),
  };
}

type Read = ReturnType<typeof readingsOf>[number]['read'];

function counting(feature: Feature, read: Read) {
  const { length } = columnsOf(feature);
  const counts = new Array<number>(length + 1).fill(0);
  const take = (column: number): void => {
    (counts[column < 0 ? length : column] as number) += 1;
  };
  return {
    name: feature.name,
    add: (rows: Float32Array) => read(new Float32Array(), rows, take),
    made: (): Reference => ({ counts }),
  };
}

function ranking(feature: Feature, read: Read) {
  const kept: number[] = [];
  let seen = 0;
  const take = (value: number): void => {
    const at = placeIn(mostKept, seen++);
    if (at !== undefined) kept[at] = value;
  };
  return {
    name: feature.name,
    add: (rows: Float32Array) => read(new Float32Array(), rows, take),
    made(): Reference {
      const sorted = kept.toSorted((a, b) => a - b);
      const last = sorted.length - 1;
      return Array.from(
        { length: quantiles },
        (_, i) => sorted[Math.round((i / (quantiles - 1)) * last)] as number,
      );
    },
  };
}
