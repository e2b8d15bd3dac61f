import type { GaugeRow, Logger, Metrics } from '@tidewatch/telemetry';
import { keyOf, type ModelAtWork, type ModelDrift } from './protocol.ts';
import { type ScoringThread, ThreadLost } from './thread.ts';

/** What the score is called among features, whose names have no brackets. */
const scoreLabel = '(score)';

/** Tells metrics how far models have moved, and the log once when one passes its limit. */
export function createDriftTold(thread: Pick<ScoringThread, 'drift'>, metrics: Metrics, log: Logger) {
  let beyond = new Set<string>();

  /** None while the thread is started again. */
  const now = (): Promise<readonly ModelDrift[]> =>
    thread.drift().catch((error: Error) => {
      if (error instanceof ThreadLost) return [];
      throw error;
    });

  async function tell(models: readonly ModelAtWork[]): Promise<void> {
    const drifts = await now();
    const rows: GaugeRow[] = [];
    const moving = new Set<string>();
    for (const { model: key, series } of drifts) {
      const at = models.find((each) => keyOf(each) === key);
      if (at === undefined) continue;
      for (const { feature, ratio } of series)
        rows.push([
          'model_drift_ratio',
          { model: at.name, version: at.version, feature: feature ?? scoreLabel },
          ratio,
        ]);
      const moved = series.filter(({ ratio }) => ratio > 1);
      if (moved.length === 0) continue;
      moving.add(key);
      if (!beyond.has(key))
        log.warn(
          { model: key, moved: moved.map(({ feature }) => feature ?? scoreLabel) },
          'A model sees other events than those it was calibrated on',
        );
    }
    beyond = moving;
    metrics.tell('drift', rows);
  }

  return {
    now,
    tell: (models: readonly ModelAtWork[]) =>
      tell(models).catch((error: Error) =>
        log.warn({ reason: error.message }, 'Drift of models could not be told'),
      ),
  };
}
