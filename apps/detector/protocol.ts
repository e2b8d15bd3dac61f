import type { Level } from '@tidewatch/event';

/** Where rules come from. Paths are absolute. */
export interface RuleSources {
  readonly paths: readonly string[];
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
  /**
   * Where governance is enforced: sources of regular expressions, of which one has to match a rule's id or its path
   * below the folders' parents, e.g. `rules/linux/log_emptied.yml`. Without it every rule runs.
   */
  readonly only?: readonly string[];
  /** A log-source table in the format of SigmaHQ's `tests/thor.yml`. */
  readonly thor?: string;
}

/** A rule file's fate, for the rules list. */
export interface RuleInfo {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly status?: string;
  /** Skipped: a kind of document that the engine does not take. */
  readonly state: 'loaded' | 'rejected' | 'skipped';
  /** Why it was not loaded, with the position. */
  readonly reason?: string;
  readonly file: string;
  /** product/category/service, `*` where the rule says nothing. */
  readonly logsource: string;
  readonly tags: readonly string[];
  readonly author?: string;
  /** The rule as written. */
  readonly source: string;
}

export interface LoadedRules {
  readonly rules: readonly RuleInfo[];
  readonly milliseconds: number;
}

/** Role to thread. Events are JSON documents, one a line, in order of the offsets. */
export type Request =
  | { readonly id: number; readonly ask: 'load'; readonly sources: RuleSources }
  | {
      readonly id: number;
      readonly ask: 'detect';
      readonly partition: number;
      readonly offsets: Float64Array;
      readonly events: Uint8Array;
    };

/** Thread to role: matches are a JSON array of `Match`. */
export type Answer =
  | {
      readonly id: number;
      readonly ok: true;
      readonly loaded?: LoadedRules;
      readonly matches?: Uint8Array;
      readonly faults?: readonly RuleFault[];
    }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** A rule that threw on an event; it is suspended until the rules are loaded again. */
export interface RuleFault {
  readonly rule: string;
  readonly message: string;
}
