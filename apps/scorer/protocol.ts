import type { MessagePort } from 'node:worker_threads';
import type { Engine } from '@tidewatch/event';
import type { Drift } from '@tidewatch/models';
import type { DriftWindow } from './drift_watch.ts';
import type { ClassTable } from './score_document.ts';

export type AtWork = 'shadow' | 'live';

/** A version of a model that is to score events. */
export interface ModelAtWork {
  /** The folder of the version, absolute. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly stage: AtWork;
  /** SHA-256 of its manifest: what has the same is loaded once. */
  readonly digest: string;
}

/** What a model is called where faults and figures are told. */
export const keyOf = ({ name, version }: Pick<ModelAtWork, 'name' | 'version'>): string =>
  `${name} ${version}`;

/** A version that could not be loaded, or failed on a batch: its events have no score of it. Or it begins anew, as what it remembered could not be read. */
export interface ModelFault {
  readonly model: string;
  readonly phase: 'load' | 'restore' | 'score';
  readonly message: string;
}

/** What a version made of a batch. */
export interface ModelFigures {
  readonly model: string;
  readonly engine: Engine;
  readonly seconds: number;
  readonly scores: Float32Array;
}

/** Role to thread. Events are JSON documents, one a line, in order of the offsets. */
export type Request =
  | {
      readonly ask: 'load';
      readonly models: readonly ModelAtWork[];
      /** Number of the model that is at work, from 1; 0 between. Read when the thread hangs or is gone. */
      readonly busy: SharedArrayBuffer;
      readonly window: DriftWindow;
    }
  | {
      readonly ask: 'score';
      readonly partition: number;
      readonly offsets: Float64Array;
      readonly events: Uint8Array;
      readonly classes: ClassTable;
      /** Models that are suspended. */
      readonly except: readonly string[];
    }
  | { readonly ask: 'save' | 'drop'; readonly partition: number }
  | { readonly ask: 'restore'; readonly partition: number; readonly snapshot: Uint8Array }
  | { readonly ask: 'drift' };

export interface Loaded {
  readonly models: readonly string[];
  readonly faults: readonly ModelFault[];
}

export interface ScoredBatch {
  /** JSON array of `EventMatch`. */
  readonly matches: Uint8Array;
  /** Documents of scores, one a line. */
  readonly scores: Uint8Array;
  readonly figures: readonly ModelFigures[];
  readonly faults: readonly ModelFault[];
}

/** How far the score (null) or a feature has moved since it was calibrated. */
export interface SeriesDrift extends Drift {
  readonly feature: string | null;
}

/** What the last window of each series said; none before one was compared. */
export interface VersionDrift {
  /** Scores of the window under way. */
  readonly scores: number;
  /** Windows that are over; what has no calibration is calibrated by the first. */
  readonly windows: number;
  readonly series: readonly SeriesDrift[];
}

export interface ModelDrift extends VersionDrift {
  readonly model: string;
}

/** Thread to role, between answers: a model wants a thread. It cannot be this one's, which may be terminated. */
export interface ThreadWanted {
  readonly port: MessagePort;
}

export interface Answer {
  readonly loaded?: Loaded;
  readonly batch?: ScoredBatch;
  readonly snapshot?: Uint8Array;
  /** Of a restore. */
  readonly faults?: readonly ModelFault[];
  readonly drift?: readonly ModelDrift[];
}
