import type { Outline } from './outline.ts';
import type { LineTypeName } from './types.ts';

/** What training leaves behind; plain data. */
export interface EvasionModel {
  readonly type: LineTypeName;
  readonly rules: readonly { readonly id: string; readonly title: string }[];
  readonly outline: Outline;
  /** One a word of the outline. */
  readonly weights: readonly number[];
  readonly bias: number;
  /** The most that words of negative weight take away together. */
  readonly benignLimit: number;
  /** The score's logit, from margin and coverage. */
  readonly blend: { readonly margin: number; readonly coverage: number; readonly bias: number };
  /** Score from which a line is an evasion. */
  readonly threshold: number;
  /** Share of known tokens below which a line is novel. */
  readonly familiarity: number;
  /** Hashes (FNV-1a, 32 bits) of tokens that several benign lines have. */
  readonly known: readonly number[];
  /** Digests (SHA-256, hexadecimal) of the tokens of lines that people said are no evasion. */
  readonly cleared: readonly string[];
}
