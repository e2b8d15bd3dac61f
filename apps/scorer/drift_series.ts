import { type Feature, type FeatureEncoder, longestWindow } from '@tidewatch/features';
import {
  type Calibration,
  calibrate,
  createBinning,
  type Drift,
  driftOf,
  type Manifest,
  type Reference,
} from '@tidewatch/models';

/** Scores or a feature of one partition: gathered until they are calibrated, counted in bins from then on. */
export interface DriftSeries {
  /** Null for the score. */
  readonly feature: string | null;
  /** Of the last window that was compared. */
  readonly last: Drift | undefined;
  /** @param age milliseconds from the first event to the begin of the window */
  add(scores: Float32Array, rows: Float32Array, age: number): void;
  /** Ends a window: compares it, or makes it what later ones are compared with. */
  compare(): void;
  save(): SeriesState;
  restore(state: SeriesState): void;
}

export interface SeriesState {
  readonly feature: string | null;
  readonly seen: number;
  /** Base64 of little-endian float32; only until it is calibrated. */
  readonly sample?: string;
  readonly calibration?: Calibration;
  readonly counts?: readonly number[];
  readonly last?: Drift;
}

type Columns = FeatureEncoder['columns'];
/** Values of a series, of each row one. */
type Read = (scores: Float32Array, rows: Float32Array, take: (value: number) => void) => void;

/** Values of a model's sample, of all series together: a snapshot has them for the time of the first window. */
const sampleValues = 400_000;
const [leastSample, mostSample] = [1_000, 4_000];

export function createDriftSeries(manifest: Manifest, columns: Columns): readonly DriftSeries[] {
  const features = manifest.kind === 'onnx' ? manifest.features : [];
  const size = Math.max(leastSample, Math.min(mostSample, Math.floor(sampleValues / (features.length + 1))));
  const readScore: Read = (scores, _, take) => scores.forEach(take);
  return [
    createSeries(null, 'ordered', readScore, size, longestWindow(features), calibrationOf(manifest)),
    ...readingsOf(features, columns).map(({ feature, kind, read }) => {
      const given = manifest.kind === 'onnx' ? manifest.reference?.[feature.name] : undefined;
      const known = given && calibrate(kind, valuesOf(given));
      return createSeries(feature.name, kind, read, size, longestWindow([feature]), known);
    }),
  ];
}

/** How the values of each feature are read from rows. */
export const readingsOf = (features: readonly Feature[], columns: Columns) =>
  features.map((feature, f) => {
    const from = columns.findIndex(({ feature }) => feature === f);
    const to = columns.findLastIndex(({ feature }) => feature === f) + 1;
    const kind = feature.encode === 'hash' || feature.encode === 'ngrams' ? 'categories' : 'ordered';
    const value = kind === 'categories' ? category : feature.encode === 'cyclic' ? angle : first;
    const read: Read = (_, rows, take) => {
      for (let row = 0; row < rows.length; row += columns.length) take(value(rows, row + from, row + to));
    };
    return { feature, kind, read } as const;
  });

/** A sample of training. Of how many values quantiles are nobody says, as of scores. */
function valuesOf(given: Reference): Float32Array {
  if (!('counts' in given)) return Float32Array.from(given);
  const { counts } = given;
  const sum = counts.reduce((all, count) => all + count, 0);
  // More would not make a finer measure, and counts are as large as somebody wrote them.
  const share = Math.min(1, mostCounted / sum);
  return Float32Array.from(
    counts.flatMap((count, column) =>
      new Array<number>(Math.ceil(count * share)).fill(column === counts.length - 1 ? none : column),
    ),
  );
}

const mostCounted = 20_000;
/** No column holds anything. */
const none = -1;

const largest = 3.4e38;
const first = (rows: Float32Array, at: number): number =>
  Math.max(-largest, Math.min(largest, rows[at] || 0));
const angle = (rows: Float32Array, at: number): number =>
  Math.atan2(rows[at] as number, rows[at + 1] as number);

/** One of the columns that hold something, each as likely as the others; {@link none} where none does. */
function category(rows: Float32Array, from: number, to: number): number {
  let full = 0;
  let last = from - 1;
  for (let at = from; at < to; at++)
    if (rows[at] !== 0) {
      full++;
      last = at;
    }
  if (full < 2) return last - from;
  let skip = scatter(from) % full;
  for (let at = from; ; at++) if (rows[at] !== 0 && skip-- === 0) return at - from;
}

/**
 * What scores are where its author said which raw ones are usual. How many these were nobody says: it counts as no more than
 * the list has.
 */
function calibrationOf(manifest: Manifest): Calibration | undefined {
  if (manifest.kind !== 'onnx' || typeof manifest.onnx.scale !== 'object') return undefined;
  const { quantiles } = manifest.onnx.scale;
  let rank = 0;
  const scores = quantiles.map((value, i) => {
    if (value !== quantiles[i - 1]) rank = i;
    const share = rank / (quantiles.length - 1);
    return manifest.onnx.orientation === 'lower' ? 1 - share : share;
  });
  return calibrate('ordered', Float32Array.from(scores));
}

function createSeries(
  feature: string | null,
  kind: Calibration['kind'],
  read: Read,
  size: number,
  /** What looks back over a time is no measure before that has passed. */
  fromAge: number,
  given?: Calibration,
): DriftSeries {
  let calibration = given;
  let binOf = given === undefined ? undefined : createBinning(given);
  let counts = new Float64Array(given?.counts.length ?? 0);
  let sample = given === undefined ? new Float32Array(size) : undefined;
  let seen = 0;
  let last: Drift | undefined;

  const count = (value: number): void => {
    const bin = (binOf as (value: number) => number)(value);
    counts[bin] = (counts[bin] as number) + 1;
    seen++;
  };
  const keep = (value: number): void => {
    const at = placeIn(size, seen++);
    if (at !== undefined) (sample as Float32Array)[at] = value;
  };

  function measureBy(made: Calibration): void {
    calibration = made;
    binOf = createBinning(made);
    counts = new Float64Array(made.counts.length);
    sample = undefined;
  }

  return {
    feature,
    get last() {
      return last;
    },
    add(scores, rows, age) {
      if (age >= fromAge) read(scores, rows, calibration === undefined ? keep : count);
    },
    compare() {
      if (seen === 0) return;
      if (calibration === undefined) measureBy(calibrate(kind, (sample as Float32Array).subarray(0, seen)));
      else last = driftOf(calibration, counts);
      counts.fill(0);
      seen = 0;
    },
    save: () => ({
      feature,
      seen,
      ...(sample !== undefined && { sample: base64(sample.subarray(0, seen)) }),
      ...(calibration !== undefined && { calibration, counts: [...counts] }),
      ...(last !== undefined && { last }),
    }),
    restore(state) {
      seen = state.seen;
      last = state.last;
      if (state.calibration !== undefined) measureBy(state.calibration);
      counts.set(state.counts ?? []);
      sample?.set(floats(state.sample ?? ''));
    },
  };
}

/**
 * Where the next value goes in a sample of so many places, undefined where it is left out: each is in it as likely as any
 * other (reservoir sampling: Vitter 1985, algorithm R).
 */
export function placeIn(size: number, seen: number): number | undefined {
  const at = seen < size ? seen : scatter(seen) % (seen + 1);
  return at < size ? at : undefined;
}

/** A number from 0 to 2^32 that tells nothing of the one it is made of, and is always the same. */
function scatter(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x45d9f3b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
const floats = (text: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
