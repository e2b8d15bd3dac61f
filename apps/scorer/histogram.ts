/** How often scores fell where, since it was made. */
export interface Histogram {
  /** @param scores 0 to 1 */
  add(scores: Float32Array): void;
  /** 50 bins of 0.02 each. */
  bins(): readonly number[];
}

const scoreBins = 50;

export function createHistogram(): Histogram {
  const counts = new Float64Array(scoreBins);
  return {
    add(scores) {
      for (const score of scores) {
        const bin = Math.min(scoreBins - 1, Math.max(0, Math.floor(score * scoreBins)));
        counts[bin] = (counts[bin] as number) + 1;
      }
    },
    bins: () => [...counts],
  };
}

/** Numbers by sign and size: bin 32 holds 0, each further one twice the numbers of the one before, from 2^-16 on. */
const featureBins = 65;

export interface FeatureHistograms {
  /** @param rows columns of features, row by row */
  add(rows: Float32Array): void;
  bins(): readonly { readonly name: string; readonly bins: readonly number[] }[];
}

/** How often each column of features fell where. */
export function createFeatureHistograms(names: readonly string[]): FeatureHistograms {
  const counts = new Float64Array(names.length * featureBins);
  return {
    add(rows) {
      for (let at = 0; at < rows.length; at++) {
        const place = (at % names.length) * featureBins + binOf(rows[at] as number);
        counts[place] = (counts[place] as number) + 1;
      }
    },
    bins: () =>
      names.map((name, i) => ({ name, bins: [...counts.subarray(i * featureBins, (i + 1) * featureBins)] })),
  };
}

function binOf(value: number): number {
  if (value === 0) return 32;
  const size = Math.min(32, Math.max(1, Math.floor(Math.log2(Math.abs(value))) + 17));
  return 32 + Math.sign(value) * size;
}
