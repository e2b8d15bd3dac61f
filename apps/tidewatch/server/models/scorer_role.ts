import { startScorer, type Trouble } from '@tidewatch/scorer';
import { databasesOf } from '../adapters.ts';
import { watchFiles } from '../file_watch.ts';
import { tellAlerts } from '../notify.ts';
import type { Runtime } from '../runtime.ts';
import { workers } from '../workers.ts';
import { classTable } from './class_table.ts';
import { createModelRegistry } from './model_registry.ts';
import { createVerdictCalibrations } from './verdict_calibration.ts';

/** Stream to scores, and to alerts of models. */
export async function startScorerRole(
  runtime: Runtime,
  programs: Pick<typeof workers, 'scorer' | 'onnx' | 'admission'> = workers,
): Promise<void> {
  const { adapters, metrics, log, health, parts, readers, onClose } = runtime;
  const { drift } = runtime.config.models;
  const registry = createModelRegistry(runtime, programs.admission);
  let refused: ReadonlyMap<string, string> = new Map();
  let again: number | null = null;

  const wanted = async () => {
    const found = await registry.atWork();
    for (const [model, reason] of found.refused)
      if (refused.get(model) !== reason) log.error({ model, reason }, 'A model was refused');
    ({ refused, again } = found);
    return found.models;
  };

  function tellTrouble(trouble: readonly Trouble[]): void {
    const reasons = [
      ...[...refused].map(([model, reason]) => `${model}: ${reason}`),
      ...trouble.map(({ model, reason }) => `${model}: ${reason}`),
    ];
    if (reasons.length === 0) health.set('scorer', 'ready');
    else health.set('scorer', 'degraded', `Models that do not run: ${reasons.join(' ')}`);
  }

  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  // Trying models takes both cores for a while, and events wait for them in the stream.
  runtime.onReady.push(begin);
  health.set('scorer', 'ready', 'Models are tried before they run; events wait for them in the stream.');
  const scorer = startScorer({
    events: adapters.events,
    snapshots: adapters.snapshots,
    alerts: databasesOf(adapters).store.alerts,
    wanted: async () => {
      await begun;
      return wanted();
    },
    programs,
    driftWindow: { scores: drift.scores, ms: drift.window },
    classes: () => classTable(runtime),
    metrics,
    log,
    onAlerts: (effects) => tellAlerts(runtime, effects),
    onTrouble(trouble, added) {
      tellTrouble(trouble);
      if (added === undefined) return;
      const { model, reason, until } = added;
      const detail = { reason, until: new Date(until).toISOString() };
      adapters
        .audit({ who: 'scorer', action: 'models.suspend', target: model, detail })
        .catch((error: Error) =>
          log.error({ reason: error.message, model }, 'The audit log did not take a suspension'),
        );
    },
  });
  const watch = watchFiles(
    {
      what: 'models',
      paths: registry.paths,
      async reload() {
        await scorer.reload(await wanted());
      },
      expiry: () => again,
    },
    log,
  );
  const judged = createVerdictCalibrations(databasesOf(adapters).store.alerts, metrics);
  parts.models = { scorer, registry, watch, judged };
  onClose(async () => {
    begin();
    await watch.close();
    await scorer.close();
  });
  readers.push(scorer);
}
