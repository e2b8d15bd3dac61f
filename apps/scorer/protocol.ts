import type { MessagePort } from 'node:worker_threads';
import type { Engine } from '@tidewatch/event';
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

/** A version that could not be loaded, or failed on a batch: its events have no score of it. */
export interface ModelFault {
  readonly model: string;
  readonly phase: 'load' | 'score';
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
  | { readonly ask: 'histograms' };

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

/** What scores and features of a model were, since the thread has it. */
export interface Histograms {
  readonly model: string;
  /** 50 bins of 0.02. */
  readonly scores: readonly number[];
  /** 65 bins by sign and power of two, the middle one for 0. */
  readonly features: readonly { readonly name: string; readonly bins: readonly number[] }[];
}

/** Thread to role, between answers: a model wants a thread. It cannot be this one's, which may be terminated. */
export interface ThreadWanted {
  readonly port: MessagePort;
}

export interface Answer {
  readonly loaded?: Loaded;
  readonly batch?: ScoredBatch;
  readonly snapshot?: Uint8Array;
  readonly histograms?: readonly Histograms[];
}
