import type { EcsEvent, Json } from '@tidewatch/event';
import { featureErrors } from './errors.ts';
import { actualOf, type Encode, perEvent } from './per_event.ts';
import { columnsOf, type Feature } from './schema.ts';
import { reader } from './values.ts';

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
  actuals(event: EcsEvent, row: Float32Array, at: number): readonly (number | string | null)[];
  /** All that rows of later events depend on. */
  save(): Uint8Array;
  /**
   * Goes on exactly where {@link save} was.
   *
   * @throws FEATURE_STATE_UNREADABLE for what is no state of these features; the encoder is as it was
   */
  restore(bytes: Uint8Array): void;
}

interface Part {
  readonly feature: Feature;
  readonly read: (event: EcsEvent) => Json | undefined;
  readonly encode: Encode;
  /** Its first column. */
  readonly at: number;
}

export function compileFeatures(features: readonly Feature[]): FeatureEncoder {
  const columns = features.flatMap((feature, i) => columnsOf(feature).map((name) => ({ feature: i, name })));
  const width = columns.length;
  const parts = features.map(
    (feature, i): Part => ({
      feature,
      read: reader(feature.field),
      encode: perEvent(feature),
      at: columns.findIndex((column) => column.feature === i),
    }),
  );
  return {
    width,
    columns,
    hasWindows: false,
    encode(event, _time, into, at) {
      into.fill(0, at, at + width);
      for (const part of parts) part.encode(part.read(event), into, at + part.at);
    },
    actuals: (event, row, at) =>
      parts.map((part) => actualOf(part.feature, part.read(event), row[at + part.at] ?? 0)),
    save: () => new Uint8Array(),
    restore(bytes) {
      if (bytes.length > 0)
        throw featureErrors.FEATURE_STATE_UNREADABLE({ reason: 'these features have no windows' });
    },
  };
}
