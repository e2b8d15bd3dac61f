import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiServer, Readable } from '@tidewatch/api';
import type { Quarantined } from '@tidewatch/detector';
import type { DataClass } from '@tidewatch/event';
import { startIndexer } from '@tidewatch/ingest';
import { ecsFields } from '@tidewatch/normalize/ecs';
import type { Accept } from '@tidewatch/plugin';
import { openAlertJobs } from '../alerts/desk.ts';
import { oidcOf } from '../config/auth.ts';
import { targetsOf } from '../config/forecast.ts';
import type { Config } from '../config/schema.ts';
import { startErrors } from '../errors.ts';
import { inForce } from '../governance/usecase.ts';
import { version } from '../version.ts';
import { databasesOf } from './adapters.ts';
import { openDetectorDesk } from './detectors/detector_desk.ts';
import { watchFiles } from './file_watch.ts';
import { openForecastDesk } from './forecasts.ts';
import { openUseCaseDesk } from './governance/usecase_desk.ts';
import { openAccept, startInputs, stopInputs } from './ingest.ts';
import { openModelDesk } from './models/model_desk.ts';
import { tellAlerts } from './notify.ts';
import { openParserDesk } from './parsers/parser_desk.ts';
import { createTrialThread } from './parsers/trial_thread.ts';
import { createBacktests } from './rules/backtests.ts';
import { openExceptions } from './rules/exceptions.ts';
import { createRuleCatalogue } from './rules/rule_catalogue.ts';
import { openRuleDesk } from './rules/rule_desk.ts';
import { rulePaths, ruleSources } from './rules/rule_sources.ts';
import { lettersOf, parsersOf, type Runtime } from './runtime.ts';
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
  const { eventWriter: store } = adapters;
  if (store === undefined) throw new TypeError('This process opened nothing to write events to.');
  const indexer = await startIndexer({
    events: adapters.events,
    deadLetters: adapters.deadLetters,
    letterOutcomes: adapters.letterOutcomes,
    store,
    metrics,
    log,
    onStored: (batch) => {
      const counts = new Map<DataClass, number>();
      for (const { head } of batch) counts.set(head.dataClass, (counts.get(head.dataClass) ?? 0) + 1);
      for (const [dataClass, count] of counts) live.publish('events', { count, dataClass });
    },
  });
  readers.push(indexer);
  onClose(() => indexer.close());
  health.set('index', 'ready');
}

/** Stream to alerts. */
export async function startDetectorRole(runtime: Runtime): Promise<void> {
  const { adapters, metrics, log, parts, readers, onClose } = runtime;
  if (adapters.matches === undefined) throw new TypeError('This process opened nothing to correlate.');
  // Here and below: what a role alone needs is loaded with it, since a process may run few of them.
  const { startDetector } = await import('@tidewatch/detector');
  let { onFirstAlert } = runtime.options;
  let held: readonly Quarantined[] = [];
  const detector = await startDetector({
    events: adapters.events,
    matches: adapters.matches,
    snapshots: adapters.snapshots,
    alerts: databasesOf(adapters).store.alerts,
    outputs: adapters.outputs,
    synthetic: new Set(
      runtime.governance.classes.all.filter(({ synthetic }) => synthetic).map(({ name }) => name),
    ),
    rules: ruleSources(runtime),
    worker: workers.detector,
    metrics,
    log,
    budget: () => runtime.config.rules.budget,
    onQuarantine: (quarantined, added) => {
      held = quarantined;
      if (parts.detector !== undefined) tellQuarantine(runtime, held, added);
    },
    onAlerts: (effects) => {
      tellAlerts(runtime, effects);
      onFirstAlert?.((performance.now() - runtime.started) / 1000);
      onFirstAlert = undefined;
    },
  });
  parts.detector = detector;
  const watch = watchFiles(
    {
      what: 'rules',
      paths: () => rulePaths(ruleSources(runtime)),
      reload: () => detector.reload(ruleSources(runtime)),
      expiry: () => detector.loaded().expiry,
    },
    log,
  );
  parts.ruleWatch = watch;
  onClose(async () => {
    await watch.close();
    await detector.close();
  });
  readers.push(detector);
  tellQuarantine(runtime, held);
}

/** What is not looked for is seen on the health page, and who asks later finds it in the audit log. */
function tellQuarantine(
  { adapters, health, log }: Runtime,
  quarantined: readonly Quarantined[],
  added?: Quarantined,
): void {
  const titles = quarantined.map(({ title }) => `“${title}”`).join(', ');
  if (quarantined.length === 0) health.set('detector', 'ready');
  else health.set('detector', 'degraded', `In quarantine, so not looked for: ${titles}`);
  if (added === undefined) return;
  const { rule, cause, reason } = added;
  databasesOf(adapters)
    .control.audit.append({
      who: 'detector',
      action: 'rules.quarantine',
      target: rule,
      detail: { cause, reason },
    })
    .catch((error: Error) =>
      log.error({ reason: error.message, rule }, 'The audit log did not take a quarantine'),
    );
}

/** What is expected of series, of this process and of a Prometheus. */
export async function startForecasterRole(runtime: Runtime): Promise<void> {
  const { config, metrics, log, health, parts, onClose } = runtime;
  const { startForecaster } = await import('@tidewatch/forecaster');
  const { prometheus, max_series: maxSeries } = config.forecast;
  const forecaster = startForecaster({
    config: {
      targets: targetsOf(config.forecast),
      maxSeries,
      ...(prometheus && {
        prometheus: {
          url: prometheus.url,
          timeoutMs: prometheus.timeout,
          maxBytes: prometheus.max_size,
          ...(prometheus.authorization_file !== undefined && {
            authorizationFile: prometheus.authorization_file,
          }),
        },
      }),
    },
    folder: join(config.data, 'forecasts'),
    worker: workers.forecaster,
    metrics,
    log,
    onState: (reason) =>
      reason === undefined ? health.set('forecaster', 'ready') : health.set('forecaster', 'degraded', reason),
  });
  parts.forecaster = forecaster;
  onClose(() => forecaster.close());
  health.set('forecaster', 'ready');
}

/** The entry of the pipeline; the demonstration plays into it until an event of the user's own comes. */
export async function openIngestRole(runtime: Runtime): Promise<Accept> {
  const accept = openAccept(runtime);
  // The story is told where its alerts can be looked at, and not in a cluster that others share.
  const { adapters, config } = runtime;
  if (adapters.databases === undefined || config.store.opensearch !== undefined) return accept;
  const { createDemonstration } = await import('./demonstration.ts');
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
  await runtime.enrichment?.ready();
  await startInputs(runtime, accept);
  runtime.onClose(() => stopInputs(runtime));
  runtime.health.set('ingest', 'ready');
}

/** Console, API, metrics. */
export async function startApiRole(runtime: Runtime, adminToken: string): Promise<string> {
  const { adapters, config, live, metrics, health, log, options, parts } = runtime;
  const { store, control } = databasesOf(adapters);
  const [{ createApi }, { openDeadLetterDesk }] = await Promise.all([
    import('@tidewatch/api'),
    import('../dead_letters/desk.ts'),
  ]);
  const alertJobs = await openAlertJobs(runtime);
  const inForce = parsersOf(runtime);
  const trials = createTrialThread(workers.trials, inForce.current);
  runtime.onClose(() => trials.close());
  const api = await createApi({
    events: store.events,
    alerts: store.alerts,
    alertJobs,
    control,
    rules: createRuleCatalogue(runtime),
    ruleDesk: openRuleDesk(runtime),
    backtests: createBacktests(runtime),
    exceptions: openExceptions(runtime),
    useCases: openUseCaseDesk(runtime),
    parsers: openParserDesk(inForce, trials),
    system: createSystemStatus(runtime),
    ...(parts.anomalies && { detectors: openDetectorDesk(runtime, parts.anomalies) }),
    ...(parts.models && { models: openModelDesk(runtime, parts.models) }),
    ...(parts.forecaster && { forecasts: openForecastDesk(parts.forecaster) }),
    deadLetters: openDeadLetterDesk(runtime, lettersOf(runtime)),
    ...(store.archive && { archive: store.archive }),
    ...(runtime.enrichment && { enrichment: runtime.enrichment }),
    live,
    metrics,
    health,
    log,
    consoleDirectory: join(options.root, 'dist/console'),
    ...(options.consoleBuild === undefined ? {} : { consoleBuild: options.consoleBuild }),
    version,
    governance: config.governance,
    dataClasses: readableClasses(runtime),
    ...(config.auth.oidc && { oidc: oidcOf(config.auth.oidc) }),
    ecsFields: new Map(
      Object.entries(ecsFields).flatMap(([type, names]) => names.split(' ').map((name) => [name, type])),
    ),
    ...(parts.demonstration === undefined ? {} : { demo: parts.demonstration }),
    adminToken,
    hosts: config.http.hosts,
    ...metricsTokenOf(config),
  });
  runtime.onClose(() => api.close());
  const url = await listen(api, config);
  health.set('api', 'ready');
  return url;
}

/** Classes and use-cases are replaced where their files change. */
const readableClasses = (runtime: Runtime): Readable => ({
  get all() {
    return runtime.classes.all;
  },
  ofUseCases: (names) => {
    const { useCases, day } = runtime.governance;
    return useCases
      .filter((useCase) => names.includes(useCase.name) && inForce(useCase, day))
      .flatMap(({ data }) => data.map((entry) => entry.class));
  },
});

/** Read with each scrape from elsewhere, so that it can be rotated. */
const metricsTokenOf = ({ http: { metrics_token_file: file } }: Config) =>
  file === undefined ? {} : { metricsToken: () => readFile(file, 'utf8') };

/** Metrics and probes of a process without the API, in its place. */
export async function startProbes({ config, health, metrics, onClose }: Runtime): Promise<string> {
  const { createProbeServer } = await import('@tidewatch/api/probes');
  const probes = await createProbeServer({
    ...{ health, metrics, hosts: config.http.hosts },
    ...metricsTokenOf(config),
  });
  onClose(() => probes.close());
  return listen(probes, config);
}

async function listen(server: Pick<ApiServer, 'listen'>, { http: { host, port } }: Config): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      ? startErrors.PORT_TAKEN({ host, port })
      : error;
  }
}
