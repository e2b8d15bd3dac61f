import type { ControlStore } from '@tidewatch/control';
import type { JsonObject } from '@tidewatch/event';
import type { EventPredicate, KqlNode } from '@tidewatch/query';
import type { AlertAction, AlertJob, AlertStore, EventStore, Scope, TimeRange } from '@tidewatch/store';
import type { Archive } from '@tidewatch/store/archive';
import type { HealthBoard, Logger, Metrics } from '@tidewatch/telemetry';
import type { DetectorDesk } from './detector_desk.ts';
import type { LiveHub } from './live.ts';
import type { ModelDesk } from './model_desk.ts';
import type { OidcSettings } from './oidc/settings.ts';
import type { ParserDesk } from './parser_desk.ts';
import type {
  Backtest,
  ComparedSets,
  DeadLetter,
  DeadLetterJob,
  DeadLetterPage,
  DeadLetterTotals,
  DiskReport,
  EnrichmentReport,
  Exception,
  ExceptionBody,
  ExceptionMade,
  ForecastDetail,
  ForecastList,
  GovernanceFault,
  Health,
  KeptRule,
  RuleCoverage,
  RuleDetail,
  RuleFault,
  RuleRow,
  UseCaseChanged,
  UseCaseDetail,
  UseCaseList,
} from './schemas/index.ts';
import type { Readable } from './security/scope.ts';

/** A value whose arrays and objects are not changed by who reads it. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** The rules as the detector holds them, loaded and rejected. */
export interface RuleCatalogue {
  list(): Promise<DeepReadonly<RuleRow[]>>;
  get(id: string): Promise<DeepReadonly<RuleDetail> | undefined>;
  /** What all of them ask for, whether they run or not, and events have. */
  coverage(): Promise<DeepReadonly<RuleCoverage>>;
  /** Lets a rule run again that is in quarantine; false where it is not. */
  release(id: string): boolean;
}

/** What only the roles know of themselves. */
export interface SystemStatus {
  /** The health page, but for what the API knows itself. */
  health(): Promise<DeepReadonly<Omit<Health, 'version' | 'startedAt' | 'roles'>>>;
  /** What the stores take, against their budgets. */
  disk(): DeepReadonly<DiskReport>;
}

export interface DeadLetterFilter {
  readonly stage?: string;
  readonly reason?: string;
  readonly source?: string;
  readonly state: 'open' | 'all' | DeadLetter['state'];
  /** When they were put aside, epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
  /** A query, and its text. */
  readonly query?: { readonly matches: EventPredicate; readonly text: string };
}

/** Which letters a job takes: named ones, all that fit when it begins, or those of an earlier job. */
export type DeadLetterChoice =
  | { readonly ids: readonly string[] }
  | { readonly filter: DeadLetterFilter }
  | { readonly job: string };

/** Where dead letters are read and worked on. */
export interface DeadLetterDesk {
  /** Newest first. Looks at a bounded number of letters, found or not. */
  search(
    filter: DeadLetterFilter,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<DeepReadonly<DeadLetterPage>>;
  /** One letter with all its bytes. */
  get(id: string): Promise<DeepReadonly<DeadLetter> | undefined>;
  totals(): Promise<DeepReadonly<DeadLetterTotals>>;
  /** Queues work; it goes on after the answer. */
  start(request: {
    readonly verb: DeadLetterJob['verb'];
    readonly choice: DeadLetterChoice;
    readonly by: string;
    /** Why letters are dropped. */
    readonly note?: string;
  }): DeepReadonly<DeadLetterJob>;
  jobs(): readonly DeepReadonly<DeadLetterJob>[];
  job(id: string): DeepReadonly<DeadLetterJob> | undefined;
  /** False where there is nothing to end. */
  cancel(id: string): boolean;
}

/** Where changes of all alerts that a query finds are asked for; they go on after the answer, and after a restart. */
export interface AlertJobDesk {
  start(request: {
    readonly filter: { readonly text: string; readonly query?: KqlNode; readonly range: TimeRange };
    readonly action: AlertAction;
    /** Who asks: the change reaches what they may see. */
    readonly scope: Scope;
    /** Why, as they say. */
    readonly why?: string;
    /** Of the job; where there is one of it, that is answered and none begun. */
    readonly id?: string;
  }): Promise<AlertJob>;
  /** Takes back what a job changed, as a job, and as the same if asked again; `refused` where that has not ended, or undoes one itself. */
  undo(id: string, by: string): Promise<AlertJob | 'unknown' | 'refused'>;
  /** Newest first. */
  list(): Promise<readonly AlertJob[]>;
  get(id: string): Promise<AlertJob | undefined>;
  /** `refused` where it has ended. */
  cancel(id: string): Promise<AlertJob | 'unknown' | 'refused'>;
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

/** Whose approvals somebody may write: those who hold the server's folder anybody's, the privacy officer their own. */
export type Approver =
  | { readonly may: 'anybody' | 'nobody' }
  | { readonly may: 'themselves'; readonly id: string };

export type UseCaseOutcome =
  | { readonly ok: true; readonly useCase: DeepReadonly<UseCaseChanged> }
  | {
      readonly ok: false;
      readonly code:
        | 'USECASE_INVALID'
        | 'USECASE_CHANGED'
        | 'USECASE_READ_ONLY'
        | 'USECASE_UNKNOWN'
        | 'USECASE_NOT_RESTORABLE'
        | 'USECASE_APPROVAL';
      readonly details: {
        readonly name: string;
        readonly why?: string;
        readonly file?: string;
        readonly version?: string | null;
        readonly faults?: DeepReadonly<GovernanceFault[]>;
      };
    };

/**
 * Where use-cases are read and written. What is refused changes nothing; what is taken is durable, and sources and rules
 * go by it, when it resolves.
 */
export interface UseCaseDesk {
  list(): Promise<DeepReadonly<UseCaseList>>;
  get(name: string): Promise<DeepReadonly<UseCaseDetail> | undefined>;
  put(name: string, source: string, expected: ExpectedVersion, approver: Approver): Promise<UseCaseOutcome>;
  remove(name: string, expected: ExpectedVersion): Promise<UseCaseOutcome>;
  /** Gives it the version before, and that the one of now. */
  restore(name: string, expected: ExpectedVersion, approver: Approver): Promise<UseCaseOutcome>;
}

/** What is expected of series of numbers. */
export interface ForecastDesk {
  list(): DeepReadonly<ForecastList>;
  /**
   * Rejects with FORECASTER_AWAY (503) where nobody answers; undefined where no series has that name.
   *
   * @param from epoch milliseconds
   */
  get(name: string, from: number, points: number): Promise<DeepReadonly<ForecastDetail> | undefined>;
  /**
   * Takes what is off of a series for its new level. Rejects as `get` does.
   *
   * @returns false where nothing is off, undefined where no series has that name
   */
  acknowledge(name: string): Promise<boolean | undefined>;
}

export type ExceptionOutcome =
  | ({ readonly ok: true } & DeepReadonly<ExceptionMade>)
  | { readonly ok: false; readonly why: string };

/** Where exceptions from rules are kept. */
export interface ExceptionDesk {
  /** Newest first, also those that expired or have a fault. */
  list(): Promise<DeepReadonly<Exception[]>>;
  /**
   * Whether an event that a rule matched would match none any more, with an exception of these conditions; or one
   * sentence for people on why that can't be told.
   */
  preview(
    asked: DeepReadonly<Pick<ExceptionBody, 'rules' | 'conditions'>>,
  ): Promise<{ ok: true; hides: (event: JsonObject) => boolean } | { ok: false; why: string }>;
  /** Durable when it resolves, and then in force within seconds; or one sentence for people on why it can't be. */
  add(asked: DeepReadonly<ExceptionBody> & { readonly by: string }): Promise<ExceptionOutcome>;
  /** False where its file holds more than it. */
  remove(id: string): Promise<boolean>;
}

export interface ConsoleBuild {
  readonly state: 'waiting' | 'building' | 'ready' | 'failed';
  /** One sentence for people: how far it is, or why it failed. */
  readonly detail: string;
}

export interface Demo {
  /** It plays, or its data is still in the store. */
  active(): boolean;
  /** Stops it and deletes its data; answers how much that was. */
  remove(): Promise<{ readonly events: number; readonly alerts: number }>;
}

/** What the composition root gives the API. */
export interface ApiDeps {
  readonly events: EventStore;
  readonly alerts: AlertStore;
  readonly alertJobs: AlertJobDesk;
  readonly control: ControlStore;
  readonly rules: RuleCatalogue;
  readonly ruleDesk: RuleDesk;
  readonly backtests: Backtests;
  readonly exceptions: ExceptionDesk;
  readonly useCases: UseCaseDesk;
  readonly parsers: ParserDesk;
  readonly system: SystemStatus;
  readonly deadLetters: DeadLetterDesk;
  /** Absent where the server keeps none. */
  readonly archive?: Pick<Archive, 'place' | 'list' | 'restore'>;
  /** Absent where this process reads no records. */
  readonly enrichment?: { sources(): DeepReadonly<EnrichmentReport['sources']> };
  /** Absent where this process does not forecast. */
  readonly forecasts?: ForecastDesk;
  /** Absent where this process runs no detectors of anomalies. */
  readonly detectors?: DetectorDesk;
  /** Absent where this process scores nothing. */
  readonly models?: ModelDesk;
  readonly live: LiveHub;
  readonly metrics: Metrics;
  readonly health: HealthBoard;
  readonly log: Logger;
  /** Next's export (`out`). It may appear and change while the server runs. */
  readonly consoleDirectory: string;
  readonly consoleBuild?: () => ConsoleBuild;
  readonly version: string;
  readonly governance: 'evaluation' | 'enforced';
  /** Who may read which class; without it only who triages reads events and alerts. */
  readonly dataClasses?: Readable;
  /** Absent where people log in by password and link only. */
  readonly oidc?: OidcSettings;
  readonly demo?: Demo;
  /** Names to complete beside those of stored events, with their types. */
  readonly ecsFields?: ReadonlyMap<string, string>;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  /** Opens the administration routes to commands on the server itself; without it they stay shut. */
  readonly adminToken?: string;
  /** Opens /metrics to who is elsewhere; without it they are shown to this machine alone. */
  readonly metricsToken?: () => Promise<string>;
  /** Host names to answer for, beside loopback; with the port where it is not the scheme's own. */
  readonly hosts?: readonly string[];
  /** Addresses or networks of reverse proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies?: readonly string[];
}
