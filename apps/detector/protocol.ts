import type { Level } from '@tidewatch/event';
import type { CorrelationPlan, Credit, RuleSelection } from '@tidewatch/sigma';

/** Where rules come from. Paths are absolute. */
export interface RuleSources {
  readonly paths: readonly string[];
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
  /** Files of processing pipelines. */
  readonly pipelines?: readonly string[];
  /**
   * Where governance is enforced: sources of regular expressions, of which one has to match a rule's id or its path
   * below the folders' parents, e.g. `rules/linux/log_emptied.yml`. Without it every rule runs.
   */
  readonly only?: readonly string[];
  /** Why others are left out, by the same expressions; the first that matches counts. */
  readonly withheld?: readonly { readonly rules: string; readonly why: string }[];
  /**
   * Which of them run: all (the default), those that are recommended, or what a selection asks for. `auto` takes the
   * recommended ones of a path with more than 500 rules, and all of the others.
   */
  readonly select?: 'auto' | 'all' | 'recommended' | RuleSelection;
  /** Files and folders of rules that run whatever `select` asks for, but for those that it excludes by their ids. */
  readonly always?: readonly string[];
  /** Only rules with these ids or names, those that build on them, and what these build on. */
  readonly focus?: readonly string[];
  /** A file that remembers the rules' YAML from one start to the next. */
  readonly cache?: string;
  /** A log-source table in the format of SigmaHQ's `tests/thor.yml`. */
  readonly thor?: string;
}

/** A rule file's fate, for the rules list. */
export interface RuleInfo extends Partial<Credit> {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly status?: string;
  /** Skipped: a filter that has expired, a rule that no use-case switches on or that is not selected. */
  readonly state: 'loaded' | 'rejected' | 'skipped';
  /** Why it was not loaded, with the position. */
  readonly reason?: string;
  /** Where in its file, from 1. */
  readonly line?: number;
  readonly column?: number;
  readonly file: string;
  /** product/category/service, `*` where the rule says nothing; of a correlation its type. */
  readonly logsource: string;
  /** It makes no alerts of its own, since correlations build on it. */
  readonly silent?: true;
  readonly tags: readonly string[];
  /** Outputs that it names itself. */
  readonly outputs?: readonly string[];
  /** The rule as written. */
  readonly source: string;
}

/** One sentence for the log. */
export interface Notice {
  readonly level: 'info' | 'warn';
  readonly text: string;
}

/** What rules cost, as the thread notes it and the role reads along; see `RuleCosts`. */
export interface SharedCosts {
  /** Ids of the rules on single events that run, in the order of the figures. */
  readonly ids: readonly string[];
  /** Digests of their files, in the same order. */
  readonly versions: readonly string[];
  readonly memory: SharedArrayBuffer;
}

export interface LoadedRules {
  readonly rules: readonly RuleInfo[];
  /** What is to be known of how rules were selected. */
  readonly notices: readonly Notice[];
  readonly plans: readonly CorrelationPlan[];
  /** When the next filter expires, epoch milliseconds: from then on the rules are to be loaded again. */
  readonly expiry: number | null;
  readonly costs: SharedCosts;
  readonly milliseconds: number;
}

/** Role to thread. Events are JSON documents, one a line, in order of the offsets. */
export type Request =
  | {
      readonly id: number;
      readonly ask: 'load';
      readonly sources: RuleSources;
      /** Among how many the groups of correlations are divided. */
      readonly shards: number;
      /** What a thread noted that was ended: its figures go on. */
      readonly costs?: SharedCosts;
    }
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
      readonly fed?: Fed;
      readonly faults?: readonly RuleFault[];
    }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** What the events of a batch mean for correlations. */
export interface Fed {
  /** By number of the shard: JSON of what it takes, as `encodeStretch` wants it; empty where that is nothing. */
  readonly shards: readonly string[];
  /** Matches of silent rules: how many, and the newest event time. */
  readonly rules: readonly (readonly [rule: string, matches: number, last: number])[];
  /** Matches without a value of a field that the correlation groups by or measures. */
  readonly ungrouped: number;
}

/** A rule that threw on an event; it is stopped. */
export interface RuleFault {
  readonly rule: string;
  readonly message: string;
}
