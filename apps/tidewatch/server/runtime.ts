import type { LiveHub } from '@tidewatch/api';
import type { Detector } from '@tidewatch/detector';
import type { HostedPlugin, Input } from '@tidewatch/plugin';
import type { HealthBoard, Logger, Metrics } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import type { Adapters } from './adapters.ts';
import type { Governance } from './governance.ts';

/** What the roles of one process share. */
export interface Runtime {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: HealthBoard;
  readonly live: LiveHub;
  readonly governance: Governance;
  readonly adapters: Adapters;
  readonly plugins: readonly HostedPlugin[];
}

export interface RunningInput {
  readonly name: string;
  readonly input: Input;
}

/** What the detector role offers the others, once it stands. */
export type DetectorOf = () => Detector | undefined;
