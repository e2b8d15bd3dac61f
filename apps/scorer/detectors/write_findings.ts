import type { AlertEffect, AlertStore } from '@tidewatch/store';
import type { NewRecord, Stream } from '@tidewatch/stream';
import type { Metrics } from '@tidewatch/telemetry';
import { type ClassTable, scoreClass } from '../score_document.ts';
import type { Definition } from './definition.ts';
import { findingsOf, recordOf } from './outcome.ts';
import type { Finding } from './watch.ts';

export interface WritingDeps {
  readonly events: Pick<Stream, 'append'>;
  readonly alerts: Pick<AlertStore, 'replace'>;
  /** What scores may be kept as, asked for with each part of a batch. */
  readonly classes: () => ClassTable;
  readonly metrics: Metrics;
  /** Told what changed in the alert store, after it is durable. */
  readonly onAlerts?: (effects: readonly AlertEffect[]) => void;
}

/** Makes alerts and scores of findings, durable when it resolves; told twice of one, they say the same as after once. */
export async function writeFindings(
  findings: readonly Finding[],
  definitions: readonly Definition[],
  { events, alerts, classes: classesNow, metrics, onAlerts }: WritingDeps,
): Promise<void> {
  if (findings.length === 0) return;
  const classes = classesNow();
  const byId = new Map(definitions.map((definition) => [definition.id, definition]));
  const records: NewRecord[] = [];
  const found = new Map<string, ReturnType<typeof findingsOf>>();
  for (const { result, found: more } of findings) {
    const definition = byId.get(result.detector);
    if (definition === undefined) continue;
    const { suppressed } = result;
    metrics.count('anomaly_results_total', { outcome: suppressed ?? 'alert' });
    const dataClass = scoreClass(classes, definition.data_class, result.dataClass);
    if (dataClass !== undefined) records.push(recordOf(definition, result, dataClass));
    if (more === undefined) continue;
    // Of what is said of one alert several times only the last counts.
    const all = findingsOf(definition, more);
    found.set(all.id, all);
  }
  const effects = found.size === 0 ? [] : await alerts.replace([...found.values()]);
  if (records.length > 0) await events.append(records);
  for (const { alert, effect } of effects)
    if (effect !== 'settled')
      metrics.count('detections_total', { engine: 'forest', severity: alert.detector.level });
  if (effects.length > 0) onAlerts?.(effects);
}
