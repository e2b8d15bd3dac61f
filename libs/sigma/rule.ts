import type { Level } from '@tidewatch/event';
import type { DocumentPath, RejectionCode } from './errors.ts';
import type { Pattern } from './pattern.ts';

/** The log source a rule is for; all parts lower case. */
export interface LogSource {
  readonly product?: string;
  readonly category?: string;
  readonly service?: string;
}

/** One value of an item, as written and as it is to be matched. */
export interface ItemValue {
  /** As the rule writes it; null for `null`. */
  readonly raw: string | null;
  readonly pattern: Pattern;
  readonly path: DocumentPath;
  /** The file that the path is of, where it is not the rule's own: a filter's, a pipeline's. */
  readonly origin?: Origin;
}

/** `field|modifiers: values`, or a keyword where the field is null. */
export interface Item {
  readonly kind: 'item';
  readonly field: string | null;
  readonly modifiers: readonly string[];
  /** Whether one value must hold or all of them (the `all` modifier). */
  readonly quantifier: 'any' | 'all';
  /** The `neq` modifier: the field is there, and none of the values holds. */
  readonly negated: boolean;
  readonly values: readonly ItemValue[];
}

/** What stands under a selection's name: maps are ANDed, lists are ORed. */
export type Selection = Item | { readonly kind: 'and' | 'or'; readonly of: readonly Selection[] };

/** A condition with all its sets (`1 of x*`) written out. */
export type Condition =
  | { readonly kind: 'selection'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] };

export interface Detection {
  readonly selections: ReadonlyMap<string, Selection>;
  readonly condition: Condition;
  /** The condition as written; several are joined by ` or `. */
  readonly conditionText: string;
}

/** What every document of a rule file says about itself: what a person needs to judge its findings. */
export interface RuleHeader {
  /** The rule's id; without one, a digest of its document (`sha256-` and 22 characters). */
  readonly id: string;
  /** What correlations call it, besides its id. */
  readonly name: string | null;
  readonly title: string;
  /** `medium` where the rule states none. */
  readonly level: Level;
  readonly status: string | null;
  readonly description: string | null;
  readonly author: string | null;
  /** As the rule states it, by SPDX an identifier; a rule that states none may still be under that of its set. */
  readonly license: string | null;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsepositives: readonly string[];
  /** Width of the suppression bucket in milliseconds: `tidewatch: { suppress: 1h }`, by default one hour. */
  readonly bucketMs: number;
  /** Streams that its matches are written to besides the alerts: `tidewatch: { output: soar }`. */
  readonly outputs: readonly string[];
  /** Path of the file as it was found. */
  readonly file: string;
  /** Which document of the file it is, from 0. */
  readonly document: number;
  /** Text of the whole file. */
  readonly source: string;
}

/** A document, and the file it is in. */
export type Origin = Pick<RuleHeader, 'file' | 'source' | 'document'>;

/** A rule on single events, loaded: plain data that the engine compiles. */
export interface SigmaRule extends RuleHeader {
  readonly logsource: LogSource;
  readonly detection: Detection;
}

/** A document that did not become a rule. */
export interface RejectedRule {
  readonly file: string;
  /** 1-based line of what is wrong; null where it concerns the whole file. */
  readonly line: number | null;
  /** From 1; absent where the line says it all. */
  readonly column?: number;
  readonly id: string | null;
  readonly title: string | null;
  readonly code: RejectionCode;
  readonly reason: string;
}
