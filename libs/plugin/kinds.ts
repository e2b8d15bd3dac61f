import type { Alert, EcsEvent } from '@tidewatch/event';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import type { Accept } from './record.ts';

export const kinds = ['input', 'processor', 'enricher', 'detector', 'notifier'] as const;
export type Kind = (typeof kinds)[number];

/** What every plugin gets beside its configuration. */
export interface PluginContext {
  readonly log: Logger;
}

export interface InputContext extends PluginContext {
  /** What tells this input from the others of the process, e.g. `http-0`: the label `input` of its metrics. */
  readonly name: string;
  readonly accept: Accept;
  readonly metrics: Metrics;
  /** A directory of this input's own, for positions that must survive a restart. */
  readonly directory: string;
  /** The sender whom an API key of the server lets in; undefined for a key that is not in force. */
  readonly senderOf?: (secret: string) => KeySender | undefined;
}

/** Who sends with an API key that was made on the server. */
export interface KeySender {
  /** Tells the key from all others. */
  readonly id: string;
  /** Sources it may send to, `*` at the end for any rest; all where none are named. */
  readonly sources?: readonly string[];
}

/** An address or pattern an input serves, for the start-up lines and the health page. */
export interface Listener {
  readonly address: string;
  readonly state: 'listening' | 'failed';
  readonly detail?: string;
}

export interface Input {
  /** Resolves when it takes records; rejects with a typed error (`PORT_TAKEN`, …) that says what to do. */
  start(): Promise<void>;
  /** Stops taking, answers what is under way, and resolves. Idempotent. */
  stop(): Promise<void>;
  listeners(): readonly Listener[];
}

/**
 * Changes an event, or drops it by answering null. It gets a copy of its own. A throw sends the record to the dead
 * letters with reason `plugin_failed`.
 */
export type Processor = (event: EcsEvent) => EcsEvent | null | Promise<EcsEvent | null>;

/** Tells somebody of an alert. A throw is logged and counted; the alert stands regardless. */
export type Notifier = (alert: Alert) => void | Promise<void>;

/** What `create` gives, by kind. */
export interface Instances {
  readonly input: Input;
  readonly processor: Processor;
  readonly enricher: Processor;
  readonly detector: never;
  readonly notifier: Notifier;
}

export interface Contexts {
  readonly input: InputContext;
  readonly processor: PluginContext;
  readonly enricher: PluginContext;
  readonly detector: PluginContext;
  readonly notifier: PluginContext;
}
