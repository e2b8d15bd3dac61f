import type { ManifestOf } from '@tidewatch/models';
import type { RowScores } from './score.ts';

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

/** With the rows that were asked about, so that their memory is used again. */
export type Answer = ({ readonly scored: RowScores } | { readonly failure: Failure }) & Pick<Rows, 'rows'>;
