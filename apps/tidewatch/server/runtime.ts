import type { ConsoleBuild } from '@tidewatch/api';
import { createLiveHub, type LiveHub } from '@tidewatch/api/live';
import type { Detector } from '@tidewatch/detector';
import type { Forecaster } from '@tidewatch/forecaster';
import { type LetterLedger, openLedger } from '@tidewatch/ingest';
import type { HostedPlugin, Input } from '@tidewatch/plugin';
import type { Scorer } from '@tidewatch/scorer';
import { type LiveDataClasses, liveDataClasses, loadDataClasses } from '@tidewatch/store';
import type { KeyedStage } from '@tidewatch/stream';
import {
  createHealthBoard,
  createMetrics,
  type HealthBoard,
  type Logger,
  type Metrics,
} from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { startErrors } from '../errors.ts';
import { version } from '../version.ts';
import { type Adapters, openAdapters } from './adapters.ts';
import type { Demonstration } from './demonstration.ts';
import type { AnomaliesAtWork } from './detectors/anomaly_role.ts';
import type { DiskControl } from './disk/disk_control.ts';
import { type EnrichmentInForce, openEnrichment } from './enrichment.ts';
import type { FileWatch } from './file_watch.ts';
import { type Governance, loadGovernance } from './governance/governance.ts';
import type { GovernanceWatch } from './governance/governance_watch.ts';
import { type OpenPseudonyms, openPseudonyms } from './governance/pseudonyms.ts';
import { shortestTtl } from './governance/retention.ts';
import type { ModelRegistry } from './models/model_registry.ts';
import type { VerdictCalibrations } from './models/verdict_calibration.ts';
import { type JoinsInForce, openJoins } from './parsers/joins_in_force.ts';
import { type NoiseInForce, openNoise } from './parsers/noise_in_force.ts';
import { openParsers, type ParsersInForce } from './parsers/parsers_in_force.ts';
import { hostPlugins } from './plugins.ts';
import { type SourceState, startSourceStatistics } from './statistics.ts';

export interface ServerOptions {
  readonly config: Config;
  readonly root: string;
  readonly consoleBuild?: () => ConsoleBuild;
  readonly demo: boolean;
  readonly log: Logger;
  /** Told once, with the seconds since the start. */
  readonly onFirstAlert?: (seconds: number) => void;
}

export type InputConfig = Config['inputs'][number];

export interface RunningInput {
  readonly name: string;
  readonly configured: InputConfig;
  readonly input: Input;
}

/** Models that score here, and where they come from. */
export interface ModelsAtWork {
  readonly scorer: Scorer;
  readonly registry: ModelRegistry;
  /** Brings changed models into force. */
  readonly watch: FileWatch;
  readonly judged: VerdictCalibrations;
}

/** What the roles of one process share. */
export interface Runtime {
  readonly options: ServerOptions;
  config: Config;
  readonly log: Logger;
  /** `performance.now()` of the start. */
  readonly started: number;
  readonly metrics: Metrics;
  readonly health: HealthBoard;
  readonly live: LiveHub;
  /** Replaced where its files change, as `config` is by a reload: read both where they are used. */
  governance: Governance;
  /** Those of `governance`, for who holds them. */
  readonly classes: LiveDataClasses;
  readonly adapters: Adapters;
  /** Absent where no keys are configured, and where nothing here takes events. */
  readonly pseudonyms: OpenPseudonyms | undefined;
  readonly plugins: readonly HostedPlugin[];
  /** What events get beside what they say; where records are read. */
  readonly enrichment: EnrichmentInForce | undefined;
  /** Where records are read: on arrival, on a replay, and where people try parsers. */
  readonly parsers: ParsersInForce | undefined;
  /** What records and events are completed with; where records are read. */
  readonly joins: JoinsInForce | undefined;
  /** What noise processors share; where records are read. */
  readonly noise: NoiseInForce | undefined;
  /** What is known of each source, where the API shows it. */
  readonly sources: KeyedStage<SourceState> | undefined;
  /** Where the API runs, since there dead letters are worked on. */
  readonly letters: LetterLedger | undefined;
  /** Readers of the streams, drained before anything they wrote is deleted. */
  readonly readers: { drain(): Promise<void> }[];
  /** What started roles offer to others; absent until they stand, and where this process does not run them. */
  readonly parts: {
    detector?: Detector;
    /** Brings changed rules into force. */
    ruleWatch?: FileWatch;
    /** Brings changed use-cases and classes into force. */
    governanceWatch?: GovernanceWatch;
    demonstration?: Demonstration;
    disk?: DiskControl;
    forecaster?: Forecaster;
    models?: ModelsAtWork;
    anomalies?: AnomaliesAtWork;
    inputs: readonly RunningInput[];
  };
  /** Told once the server stands: work that the start need not wait for. */
  readonly onReady: (() => void)[];
  /** What is opened last is closed first. */
  readonly onClose: (close: () => unknown) => void;
}

/** The ledger of dead letters, for the role that is not started without. */
export function lettersOf({ letters }: Pick<Runtime, 'letters'>): LetterLedger {
  if (letters === undefined) throw new TypeError('This process follows no dead letters.');
  return letters;
}

/** The parsers, for the roles that are not started without. */
export function parsersOf({ parsers }: Pick<Runtime, 'parsers'>): ParsersInForce {
  if (parsers === undefined) throw new TypeError('This process reads no records.');
  return parsers;
}

/** Opens what every role needs: metrics, governance, the adapters on the data folder, users' plugins, statistics. */
export async function openRuntime(options: ServerOptions, onClose: Runtime['onClose']): Promise<Runtime> {
  const { config, log } = options;
  const started = performance.now();
  const metrics = createMetrics();
  metrics.set('build_info', { version, revision: 'unknown', node_version: process.versions.node }, 1);
  const health = createHealthBoard();
  for (const role of config.roles) health.set(role, 'starting');
  const live = createLiveHub();
  onClose(() => live.close());
  const classes = liveDataClasses(await loadDataClasses(config.classes));
  const adapters = await openAdapters(config, classes, metrics, log);
  onClose(() => adapters.close());
  const pseudonyms = await openPseudonyms(config, async () => (await adapters.openControl()).originals);
  // What a class still holds, the store has said already.
  const governance = await loadGovernance({ config, demo: options.demo, holding: async () => [] });
  if (config.governance === 'enforced' && governance.keyless !== undefined)
    throw startErrors.PSEUDONYMS_WITHOUT_KEYS(governance.keyless);
  classes.replace(governance.classes);
  const plugins = await hostPlugins(config, log, (plugin) =>
    metrics.count('plugin_failures_total', { plugin }),
  );
  onClose(() => Promise.all(plugins.map((plugin) => plugin.close())));
  const shown = config.roles.includes('api');
  const reads = shown || config.roles.includes('ingest');
  const enrichment = reads ? openEnrichment(config.enrichment, { metrics, health, log }) : undefined;
  onClose(() => enrichment?.close());
  const { root } = options;
  const joins = reads
    ? await openJoins(config.parsers, {
        root,
        // Where names are replaced by pseudonyms, none may be on the disk in clear.
        inClear: pseudonyms === undefined,
        snapshots: adapters.snapshots,
        longestMs: () => shortestTtl(classes),
        metrics,
        health,
        log,
      })
    : undefined;
  onClose(() => joins?.close());
  const noise = reads ? openNoise(metrics) : undefined;
  onClose(() => noise?.close());
  const resources = {
    streams: [...adapters.redirects.keys()],
    ...(joins && { memory: joins.memory }),
    ...(noise && { noise: noise.noise }),
    ...(enrichment && { enrichers: enrichment.enrichers }),
  };
  const parsers = reads
    ? await openParsers(config.parsers, { root, resources, metrics, health, log })
    : undefined;
  onClose(() => parsers?.close());
  const { events, deadLetters, letterOutcomes: outcomes, snapshots } = adapters;
  const [sources, letters] = await Promise.all([
    shown ? startSourceStatistics(events, snapshots) : undefined,
    shown ? openLedger({ letters: deadLetters, outcomes, snapshots }) : undefined,
  ]);
  onClose(() => Promise.all([sources?.close(), letters?.close()]));
  return {
    options,
    config,
    log,
    started,
    metrics,
    health,
    live,
    governance,
    classes,
    adapters,
    pseudonyms,
    plugins,
    enrichment,
    parsers,
    joins,
    noise,
    sources,
    letters,
    readers: [sources, letters].filter((reader) => reader !== undefined),
    parts: { inputs: [] },
    onReady: [],
    onClose,
  };
}
