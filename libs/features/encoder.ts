import type { EcsEvent } from '@tidewatch/event';
import { perEvent } from './per_event.ts';
import { columnsOf, durationOf, type Feature, type WindowedFeature } from './schema.ts';
import { StateReader, StateWriter } from './state.ts';
import { windowed } from './windowed.ts';
import { type WindowLosses, Windows } from './windows.ts';

/** What one feature does with events. */
export interface FeatureCode {
  /** Writes its columns from `at` on, which hold 0. */
  encode(event: EcsEvent, into: Float32Array, at: number): void;
  /** What a person is shown as its value, given its columns from `at` on. */
  actual(event: EcsEvent, row: Float32Array, at: number): Spoken;
  /** What a person is shown of what a model expected in its place, given such columns from `at` on. */
  expected(event: EcsEvent, row: Float32Array, at: number): Spoken;
}

/** A value of a feature as a person is shown it; null where there is none. */
export type Spoken = number | string | null;

/** Makes rows of numbers from events: the same rows where a model is trained and where it is served. */
export interface FeatureEncoder {
  /** Columns of a row. */
  readonly width: number;
  /** In order: which feature each belongs to, and its name, e.g. `bytes`, `hour.sin`, `process#12`. */
  readonly columns: readonly { readonly feature: number; readonly name: string }[];
  /** Whether rows depend on earlier events. */
  readonly hasWindows: boolean;
  /**
   * Writes one event's row, and moves windows on. No value of an event makes it throw, or a column anything but a finite number.
   *
   * @param time of the event, epoch milliseconds, as windows count it
   */
  encode(event: EcsEvent, time: number, into: Float32Array, at: number): void;
  /** What a person is shown as the value of each feature, given the event and its row; null where there was none. */
  actuals(event: EcsEvent, row: Float32Array, at: number): readonly Spoken[];
  /**
   * What a model expected each feature to be, given the row that it made of the event's. Of a hash it is the text that was last seen in
   * the column that stands out, in events of the same data class; null where none does, and of ngrams and cyclic times.
   */
  expecteds(event: EcsEvent, row: Float32Array, at: number): readonly Spoken[];
  /** Since the beginning, or what {@link restore} went on from. */
  readonly losses: WindowLosses;
  /** All that rows of later events depend on. */
  save(): Uint8Array;
  /**
   * Goes on exactly where {@link save} was.
   *
   * @throws FEATURE_STATE_UNREADABLE for what is no state of these features; the encoder is as it was
   */
  restore(bytes: Uint8Array): void;
}

export interface EncoderOptions {
  /** Panes, and values in panes, that all windows together keep: about 80 bytes each. */
  readonly cells?: number;
}

/** @param features as `featuresSchema` lets them pass */
export function compileFeatures(
  features: readonly Feature[],
  { cells = 1_000_000 }: EncoderOptions = {},
): FeatureEncoder {
  const columns = features.flatMap((feature, i) => columnsOf(feature).map((name) => ({ feature: i, name })));
  const width = columns.length;
  const firsts = features.map((_, i) => columns.findIndex(({ feature }) => feature === i));
  const groups = new Set(features.filter(isWindowed).map(sharedBy));
  const windows = new Map<string, Windows>();
  const codes = features.map((feature): FeatureCode => {
    if (!isWindowed(feature)) return perEvent(feature);
    const shared = sharedBy(feature);
    const own = windows.get(shared) ?? new Windows(feature, cells / groups.size);
    windows.set(shared, own);
    return windowed(feature, own);
  });
  const stateOf = JSON.stringify(features);
  return {
    width,
    columns,
    hasWindows: windows.size > 0,
    encode(event, time, into, at) {
      into.fill(0, at, at + width);
      for (const each of windows.values()) each.take(event, time);
      for (let i = 0; i < codes.length; i++)
        (codes[i] as FeatureCode).encode(event, into, at + (firsts[i] as number));
    },
    actuals: (event, row, at) => codes.map((code, i) => code.actual(event, row, at + (firsts[i] as number))),
    expecteds: (event, row, at) =>
      codes.map((code, i) => code.expected(event, row, at + (firsts[i] as number))),
    get losses() {
      const all = Array.from(windows.values(), ({ losses }) => losses);
      return {
        dropped: all.reduce((sum, { dropped }) => sum + dropped, 0),
        late: all.reduce((sum, { late }) => sum + late, 0),
      };
    },
    save() {
      const state = new StateWriter();
      for (const each of windows.values()) each.save(state);
      return state.bytes(stateOf);
    },
    restore(bytes) {
      const state = new StateReader(bytes, stateOf);
      for (const each of windows.values()) each.restore(state);
    },
  };
}

const isWindowed = (feature: Feature): feature is WindowedFeature => feature.aggregate !== undefined;

/** Features for which this is the same have their windows in common. */
const sharedBy = ({ by, over, where }: WindowedFeature): string =>
  JSON.stringify([by, durationOf(over), where]);
