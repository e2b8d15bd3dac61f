import type { ManifestOf } from '@tidewatch/models';
import type { RowScores } from './score.ts';
import type { Admitted } from './trial.ts';

/** What the thread of a model is told first. */
export interface Opening {
  readonly manifest: ManifestOf<'onnx'>;
  readonly model: Uint8Array;
}

export interface Rows {
  readonly rows: Float32Array;
  readonly count: number;
}

/** Rows to score (none asks whether the model is ready), or that the thread is to end. */
export type Request = Rows | { readonly end: true };

/** A failure that has a code of `onnxErrors`. */
export interface Failure {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type Answer = { readonly scored: RowScores } | { readonly failure: Failure };

/** Head of what the process of an admission is given. */
export interface Trial {
  readonly manifest: ManifestOf<'onnx'>;
  /** Bytes of the golden events. */
  readonly golden: number;
}

export type TrialAnswer = { readonly admitted: Admitted } | { readonly failure: Failure };
