import { join } from 'node:path';
import { type ApiServer, createApi } from '@tidewatch/api';
import { startDetector, startEventClock } from '@tidewatch/detector';
import { startIndexer } from '@tidewatch/ingest';
import type { Accept } from '@tidewatch/plugin';
import { startErrors } from '../errors.ts';
import { version } from '../version.ts';
import { createDemonstration } from './demonstration.ts';
import { openAccept, startInputs } from './ingest.ts';
import { notify } from './notify.ts';
import { createRuleCatalogue } from './rule_catalogue.ts';
import type { Runtime } from './runtime.ts';
import { createSystemStatus } from './status.ts';
import { workers } from './workers.ts';

/** Stream to event store. */
export async function startIndexRole({
  adapters,
  metrics,
  log,
  live,
  health,
  readers,
  onClose,
}: Runtime): Promise<void> {
  const indexer = await startIndexer({
    events: adapters.events,
    deadLetters: adapters.deadLetters,
    store: adapters.store.events,
    metrics,
    log,
    onStored: (batch) => live.publish('events', { count: batch.length }),
  });
  readers.push(indexer);
  onClose(() => indexer.close());
  health.set('index', 'ready');
}

/** Stream to alerts. */
export async function startDetectorRole(runtime: Runtime): Promise<void> {
  const { adapters, config, governance, metrics, log, live, health, readers, parts, onClose } = runtime;
  const { events, snapshots } = adapters;
  const { alerts } = adapters.store;
  const { paths, placeholders, thor } = config.rules;
  let { onFirstAlert } = runtime.options;
  const detector = await startDetector({
    events,
    alerts,
    rules: {
      paths,
      placeholders,
      ...(thor === undefined ? {} : { thor }),
      ...(governance.rulesInForce === undefined ? {} : { only: governance.rulesInForce }),
    },
    worker: workers.detector,
    metrics,
    log,
    onAlerts: (effects) => {
      onFirstAlert?.((performance.now() - runtime.started) / 1000);
      onFirstAlert = undefined;
      notify(runtime, effects);
      for (const { alert, effect } of effects) {
        const { id, detector: found, last, dataClass } = alert;
        live.publish('alert', { id, effect, level: found.level, title: found.title, last, dataClass });
      }
    },
  });
  onClose(() => detector.close());
  const clock = await startEventClock({ events, alerts, snapshots, metrics, log });
  onClose(() => clock.close());
  readers.push(detector, clock);
  parts.detector = detector;
  health.set('detector', 'ready');
}

/** The entry of the pipeline; the demonstration plays into it until an event of the user's own comes. */
export async function openIngestRole(runtime: Runtime): Promise<Accept> {
  const accept = openAccept(runtime);
  const demonstration = await createDemonstration(accept, runtime);
  runtime.onClose(() => demonstration.stop());
  runtime.parts.demonstration = demonstration;
  return async (source, records) => {
    await demonstration.stop();
    return accept(source, records);
  };
}

/** Senders are let in last, when everybody is at their place. */
export async function startIngestRole(runtime: Runtime, accept: Accept): Promise<void> {
  const inputs = await startInputs(runtime, accept);
  runtime.onClose(() => Promise.all(inputs.map(({ input }) => input.stop())));
  runtime.parts.inputs = inputs;
  runtime.health.set('ingest', 'ready');
}

/** Console, API, metrics. */
export async function startApiRole(runtime: Runtime, adminToken: string): Promise<ApiServer> {
  const { adapters, config, governance, live, metrics, health, log, options, parts } = runtime;
  const api = await createApi({
    events: adapters.store.events,
    alerts: adapters.store.alerts,
    control: adapters.control,
    rules: createRuleCatalogue(parts),
    system: createSystemStatus(runtime),
    live,
    metrics,
    health,
    log,
    consoleDirectory: join(options.root, 'dist/console'),
    ...(options.consoleBuild === undefined ? {} : { consoleBuild: options.consoleBuild }),
    version,
    governance: config.governance,
    dataClasses: governance.classes,
    ...(parts.demonstration === undefined ? {} : { demo: parts.demonstration }),
    adminToken,
    hosts: config.http.hosts,
  });
  runtime.onClose(() => api.close());
  const { host, port } = config.http;
  try {
    await api.listen({ host, port });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      ? startErrors.PORT_TAKEN({ host, port })
      : error;
  }
  health.set('api', 'ready');
  return api;
}
