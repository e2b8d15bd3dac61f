/** A version of a model. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
}

/** What one feature has to do with a score. */
export interface FeatureContribution {
  /** As the model or detector names it. */
  readonly name: string;
  readonly actual: number | string | null;
  /** What was to be expected; null where the method tells none. */
  readonly expected: number | string | null;
  /** Its part of the score; the parts sum to the score (± 1 %). Null where the method tells none. */
  readonly contribution: number | null;
  /** Some of the values that it counted, where it counts what is new. */
  readonly examples?: readonly string[];
}

/** Which rules a line is near to, though none matched it. */
export interface EvasionExplanation {
  readonly engine: 'evasion';
  readonly model: ModelVersion;
  /** 0 to 1. */
  readonly score: number;
  /** Score from which it is worth a look. */
  readonly threshold: number;
  /** Dotted path of the field that was scored, and its value, at most 4,096 characters. */
  readonly path: string;
  readonly value: string;
  /** The nearest rules, best first. */
  readonly rules: readonly {
    readonly id: string;
    readonly title: string;
    /** Share of what the rule asks for that is there: 0 to 1. */
    readonly score: number;
    /** What it asks for that the line does not say so, and what the line says in its place. */
    readonly wanted: readonly { readonly value: string; readonly instead: string | null }[];
  }[];
  /** Words that made the score, the weightiest first. */
  readonly tokens: readonly string[];
}

/** What an ONNX model's score rests on, as far as its method tells. */
export interface OnnxExplanation {
  readonly engine: 'onnx';
  readonly model: ModelVersion;
  readonly score: number;
  readonly threshold: number;
  /** What a score says, in the words of the model's manifest. */
  readonly meaning: string;
  /** How the contributions were found, or why there are none. */
  readonly method: string;
  /** The weightiest first; empty where the method tells none. */
  readonly features: readonly FeatureContribution[];
}

/** How an interval of one entity differs from what its forest expected. */
export interface ForestExplanation {
  readonly engine: 'forest';
  readonly score: number;
  /** How far beyond what is usual it is: above 0, up to 1. */
  readonly grade: number;
  /** How much the forest knew: 0 to 1. */
  readonly confidence: number;
  /** Epoch milliseconds, end exclusive. */
  readonly interval: { readonly from: number; readonly to: number };
  readonly features: readonly FeatureContribution[];
}
