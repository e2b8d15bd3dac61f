import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiServer, type ConsoleBuild, createApi, createLiveHub, loginUrl } from '@tidewatch/api';
import { type Detector, type RuleSources, startDetector, startEventClock } from '@tidewatch/detector';
import { startIndexer } from '@tidewatch/ingest';
import type { Accept } from '@tidewatch/plugin';
import { createHealthBoard, createMetrics, type Logger } from '@tidewatch/telemetry';
import type { Config, Role } from '../config/schema.ts';
import { startErrors } from '../errors.ts';
import { version } from '../version.ts';
import { openAdapters } from './adapters.ts';
import { createDemonstration, type Demonstration } from './demonstration.ts';
import { loadGovernance } from './governance.ts';
import { startHousekeeping } from './housekeeping.ts';
import { openAccept, startInputs } from './ingest.ts';
import { notify } from './notify.ts';
import { hostPlugins } from './plugins.ts';
import { createRuleCatalogue } from './rule_catalogue.ts';
import { removeRunFile, writeRunFile } from './run_file.ts';
import type { RunningInput, Runtime } from './runtime.ts';
import { startFailureStatistics, startSourceStatistics } from './statistics.ts';
import { createSystemStatus } from './status.ts';
import { workers } from './workers.ts';

export interface ServerOptions {
  readonly config: Config;
  readonly root: string;
  readonly consoleBuild?: () => ConsoleBuild;
  readonly demo: boolean;
  readonly log: Logger;
  /** Told once, with the seconds since the start. */
  readonly onFirstAlert?: (seconds: number) => void;
}

export interface Server {
  readonly loginUrl: string | undefined;
  readonly inputs: readonly RunningInput[];
  readonly detector: Detector | undefined;
  readonly demonstration: Demonstration | undefined;
  readonly seconds: number;
  /** Stops the inputs, lets the readers finish, commits and closes. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts the roles of one process, from the reader's end to the senders': what is taken finds everybody at their place.
 * Rejects with a typed error that says what to do; what had been opened is closed again.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, log, root } = options;
  const demo = options.demo && config.governance === 'evaluation';
  const started = performance.now();
  const closing: (() => unknown)[] = [];
  const onClose = (close: () => unknown) => closing.unshift(close);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      for (const one of closing) await one();
    })();
    return closed;
  };
  const has = (role: Role) => config.roles.includes(role);

  try {
    const metrics = createMetrics();
    metrics.set('build_info', { version, revision: 'unknown', node_version: process.versions.node }, 1);
    const health = createHealthBoard();
    for (const role of config.roles) health.set(role, 'starting');
    const live = createLiveHub();
    onClose(() => live.close());
    const governance = await loadGovernance(config, demo, log);
    const adapters = await openAdapters(config, governance.classes, log);
    onClose(() => adapters.close());
    const plugins = await hostPlugins(config, log, (plugin) =>
      metrics.count('plugin_failures_total', { plugin }),
    );
    onClose(() => Promise.all(plugins.map((plugin) => plugin.close())));
    const runtime: Runtime = { config, log, metrics, health, live, governance, adapters, plugins };

    const [sources, failures] = await Promise.all([
      startSourceStatistics(adapters.events, adapters.snapshots),
      startFailureStatistics(adapters.deadLetters, adapters.snapshots),
    ]);
    onClose(() => Promise.all([sources.close(), failures.close()]));

    const consumers: { drain(): Promise<void> }[] = [];
    if (has('index')) {
      const indexer = await startIndexer({
        events: adapters.events,
        deadLetters: adapters.deadLetters,
        store: adapters.store.events,
        metrics,
        log,
        onStored: (batch) => live.publish('events', { count: batch.length }),
      });
      consumers.push(indexer);
      onClose(() => indexer.close());
      health.set('index', 'ready');
    }

    let detector: Detector | undefined;
    let firstAlert = options.onFirstAlert;
    if (has('detector')) {
      detector = await startDetector({
        events: adapters.events,
        alerts: adapters.store.alerts,
        rules: ruleSources(config),
        worker: workers.detector,
        metrics,
        log,
        onAlerts: (effects) => {
          firstAlert?.((performance.now() - started) / 1000);
          firstAlert = undefined;
          notify(runtime, effects);
          for (const { alert, effect } of effects) {
            const { id, detector: found, last, dataClass } = alert;
            live.publish('alert', { id, effect, level: found.level, title: found.title, last, dataClass });
          }
        },
      });
      const clock = await startEventClock({
        events: adapters.events,
        alerts: adapters.store.alerts,
        snapshots: adapters.snapshots,
        metrics,
        log,
      });
      onClose(() => clock.close());
      const running = detector;
      consumers.push(running);
      onClose(() => running.close());
      health.set('detector', 'ready');
    }

    onClose(startHousekeeping(runtime, sources, () => detector));

    let inputs: readonly RunningInput[] = [];
    let demonstration: Demonstration | undefined;
    if (has('ingest')) {
      const accept = openAccept(runtime);
      demonstration = await createDemonstration({
        accept,
        runtime,
        settle: async () => {
          await Promise.all(consumers.map((consumer) => consumer.drain()));
        },
      });
      const playing = demonstration;
      onClose(() => playing.stop());
      const acceptOwn: Accept = async (source, records) => {
        await playing.stop();
        return accept(source, records);
      };
      inputs = await startInputs(runtime, acceptOwn);
      const taking = inputs;
      onClose(() => Promise.all(taking.map(({ input }) => input.stop())));
      health.set('ingest', 'ready');
    }

    const adminToken = randomBytes(32).toString('base64url');
    let api: ApiServer | undefined;
    if (has('api')) {
      api = await createApi({
        events: adapters.store.events,
        alerts: adapters.store.alerts,
        control: adapters.control,
        rules: createRuleCatalogue(() => detector),
        system: createSystemStatus({
          runtime,
          sources,
          failures,
          inputs: () => inputs,
          detector: () => detector,
        }),
        live,
        metrics,
        health,
        log,
        consoleDirectory: join(root, 'dist/console'),
        ...(options.consoleBuild === undefined ? {} : { consoleBuild: options.consoleBuild }),
        version,
        governance: config.governance,
        dataClasses: governance.classes,
        ...(demonstration === undefined ? {} : { demo: demonstration }),
        adminToken,
        hosts: config.http.hosts,
      });
      const listening = api;
      onClose(() => listening.close());
      await listen(api, config.http);
      health.set('api', 'ready');
    }

    const url = api?.address;
    const ingest = inputs.find(({ name }) => name === 'http')?.input.listeners()[0]?.address;
    await writeRunFile(config.data, {
      pid: process.pid,
      url: url ?? '',
      ...(ingest === undefined ? {} : { ingest }),
      adminToken,
    });
    onClose(() => removeRunFile(config.data));
    if (demo) await demonstration?.play();

    const seconds = (performance.now() - started) / 1000;
    const loginUrl = url === undefined ? undefined : await loginLink(runtime, url);
    return { loginUrl, inputs, detector, demonstration, seconds, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(api: ApiServer, { host, port }: Config['http']): Promise<void> {
  try {
    await api.listen({ host, port });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      ? startErrors.PORT_TAKEN({ host, port })
      : error;
  }
}

const ruleSources = ({ rules: { paths, placeholders, thor } }: Config): RuleSources => ({
  paths,
  placeholders,
  ...(thor === undefined ? {} : { thor }),
});

async function loginLink({ adapters }: Runtime, url: string): Promise<string> {
  const { token } = await adapters.control.createLoginLink({ user: 'admin' });
  return loginUrl(url, token);
}

export const consoleBuilt = (root: string): boolean => existsSync(join(root, 'dist/console/alerts.html'));
