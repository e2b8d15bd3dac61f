import type { EcsEvent, Engine, Explanation } from '@tidewatch/event';
import type { FeatureEncoder } from '@tidewatch/features';
import type { Manifest } from '@tidewatch/models';

/** An event that a model is for. */
export interface Candidate {
  readonly event: EcsEvent;
  /** Event time, epoch milliseconds. */
  readonly time: number;
}

/** What a model says of an event. */
export interface Judged {
  /** 0 to 1. */
  readonly score: number;
  /** Asked where the score reaches the threshold; null where it is nothing to tell anybody of after all. */
  explain(): Explanation | null;
}

/** A version of a model, ready to score. */
export interface Model {
  readonly manifest: Manifest;
  readonly engine: Engine;
  /**
   * One answer an event, in their order; undefined for one that it has nothing to say of. Rejects where it fails: then
   * none of them has a score.
   *
   * @param seen told the columns of their features, row by row
   */
  score(
    partition: number,
    events: readonly Candidate[],
    seen?: (rows: Float32Array) => void,
  ): Promise<readonly (Judged | undefined)[]>;
  /** Columns of its features, where it has any. */
  readonly columns?: FeatureEncoder['columns'];
  /** What it remembers of a partition's events; undefined where it remembers nothing. */
  save?(partition: number): Uint8Array | undefined;
  restore?(partition: number, state: Uint8Array): void;
  /** The partition is somebody else's now. */
  drop?(partition: number): void;
  close(): Promise<void>;
}
