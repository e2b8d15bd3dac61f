import type { Metrics } from '@tidewatch/telemetry';
import type { EngineState } from './engine.ts';

/** Sets the metrics of how detectors stand. */
export function tellGauges(
  metrics: Metrics,
  { resident, memory, detectors }: Omit<EngineState, 'time'>,
): void {
  const states = Object.values(detectors);
  const sum = (of: (state: (typeof states)[number]) => number) =>
    states.reduce((all, state) => all + of(state), 0);
  metrics.set('anomaly_entities', { state: 'resident' }, resident);
  metrics.set('anomaly_entities', { state: 'hibernated' }, Math.max(0, sum(({ known }) => known) - resident));
  metrics.set('anomaly_forests_bytes', {}, memory);
  metrics.set(
    'anomaly_late_events',
    {},
    sum(({ late }) => late),
  );
  metrics.set(
    'anomaly_left_out_events',
    {},
    sum(({ leftOut }) => leftOut),
  );
}
