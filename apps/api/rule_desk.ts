import type { Scope } from '@tidewatch/store';
import type { DeepReadonly } from './deep_readonly.ts';
import type {
  Backtest,
  ComparedSets,
  KeptRule,
  RuleCoverage,
  RuleDetail,
  RuleFault,
  RuleRow,
} from './schemas/index.ts';

/** The rules as the detector holds them, loaded and rejected. */
export interface RuleCatalogue {
  list(): Promise<DeepReadonly<RuleRow[]>>;
  get(id: string): Promise<DeepReadonly<RuleDetail> | undefined>;
  /** What all of them ask for, whether they run or not, and events have. */
  coverage(): Promise<DeepReadonly<RuleCoverage>>;
  /** Lets a rule run again that is in quarantine; false where it is not. */
  release(id: string): boolean;
}

/** A document that is tried beside the rules in force, or two sets of which neither need be. */
export type BacktestAsked = { readonly source: string } | { readonly compare: DeepReadonly<ComparedSets> };

/** Where rules that are not in force yet run over the events that are stored. */
export interface Backtests {
  /**
   * Queues a run; it goes on after the answer.
   *
   * @throws RULE_INVALID (400) where the document is no rule, correlation or filter
   */
  start(request: {
    readonly asked: BacktestAsked;
    readonly range: { readonly from: number; readonly to: number };
    /** Who asks: the run sees what they may. */
    readonly scope: Scope;
  }): DeepReadonly<Backtest>;
  job(id: string): DeepReadonly<Backtest> | undefined;
  /** False where there is nothing to end. */
  cancel(id: string): boolean;
}

/** Whether a rule is in the version that whoever changes it has seen; null where there is none. */
export type ExpectedVersion = (version: string | null) => boolean;

export type RuleOutcome =
  | { readonly ok: true; readonly rule: DeepReadonly<KeptRule> }
  | {
      readonly ok: false;
      readonly code:
        | 'RULE_INVALID'
        | 'RULE_CHANGED'
        | 'RULE_READ_ONLY'
        | 'RULE_UNKNOWN'
        | 'RULE_NOT_RESTORABLE'
        | 'RULES_ELSEWHERE';
      readonly details: {
        readonly id: string;
        readonly why?: string;
        readonly file?: string;
        readonly version?: string | null;
        readonly faults?: DeepReadonly<RuleFault[]>;
      };
    };

/**
 * Where rules are kept that people write through the API. What is refused changes nothing; what is taken is durable, and
 * was brought into force, when it resolves.
 */
export interface RuleDesk {
  put(id: string, source: string, expected: ExpectedVersion): Promise<RuleOutcome>;
  /** Why `put` would refuse it; one after the other, since each loads rules in a thread of its own. */
  check(id: string, source: string): Promise<DeepReadonly<RuleFault[]>>;
  remove(id: string, expected: ExpectedVersion): Promise<RuleOutcome>;
  /** Gives it the version before, and that the one of now. */
  restore(id: string, expected: ExpectedVersion): Promise<RuleOutcome>;
}
