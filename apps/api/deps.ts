import type { ControlStore } from '@tidewatch/control';
import type { AlertStore, EventStore } from '@tidewatch/store';
import type { Archive } from '@tidewatch/store/archive';
import type { HealthBoard, Logger, Metrics } from '@tidewatch/telemetry';
import type { AlertJobDesk } from './alert_job_desk.ts';
import type { DeadLetterDesk } from './dead_letter_desk.ts';
import type { DeepReadonly } from './deep_readonly.ts';
import type { DetectorDesk } from './detector_desk.ts';
import type { ExceptionDesk } from './exception_desk.ts';
import type { ForecastDesk } from './forecast_desk.ts';
import type { LiveHub } from './live.ts';
import type { ModelDesk } from './model_desk.ts';
import type { OidcSettings } from './oidc/settings.ts';
import type { ParserDesk } from './parser_desk.ts';
import type { Backtests, RuleCatalogue, RuleDesk } from './rule_desk.ts';
import type { DiskReport, EnrichmentReport, Health } from './schemas/index.ts';
import type { Readable } from './security/scope.ts';
import type { UseCaseDesk } from './use_case_desk.ts';

/** What only the roles know of themselves. */
export interface SystemStatus {
  /** The health page, but for what the API knows itself. */
  health(): Promise<DeepReadonly<Omit<Health, 'version' | 'startedAt' | 'roles'>>>;
  /** What the stores take, against their budgets. */
  disk(): DeepReadonly<DiskReport>;
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
