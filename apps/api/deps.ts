import type { ControlStore } from '@tidewatch/control';
import type { AlertStore, EventStore } from '@tidewatch/store';
import type { HealthBoard, Logger, Metrics } from '@tidewatch/telemetry';
import type { LiveHub } from './live.ts';
import type { DeadLetterPage, Health, RuleDetail, RuleRow } from './schemas/index.ts';
import type { ReadableClass } from './security/scope.ts';

/** A value whose arrays and objects are not changed by who reads it. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** The rules as the detector holds them, loaded and rejected. */
export interface RuleCatalogue {
  list(): Promise<DeepReadonly<RuleRow[]>>;
  get(id: string): Promise<DeepReadonly<RuleDetail> | undefined>;
}

/** What only the roles know of themselves. */
export interface SystemStatus {
  /** The health page, but for what the API knows itself. */
  health(): Promise<DeepReadonly<Omit<Health, 'version' | 'startedAt' | 'roles'>>>;
  /** Newest first; only letters with an offset below `before`, where given. */
  deadLetters(limit: number, before?: number): Promise<DeepReadonly<DeadLetterPage>>;
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
  readonly control: ControlStore;
  readonly rules: RuleCatalogue;
  readonly system: SystemStatus;
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
  readonly dataClasses?: { readonly all: readonly ReadableClass[] };
  readonly demo?: Demo;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  /** Opens the administration routes to commands on the server itself; without it they stay shut. */
  readonly adminToken?: string;
  /** Host names to answer for, beside loopback; with the port where it is not the scheme's own. */
  readonly hosts?: readonly string[];
  /** Addresses or networks of reverse proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies?: readonly string[];
}
