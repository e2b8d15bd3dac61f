import type { MetricRow } from './metric_row.ts';

/** What detectors of anomalies do: a random cut forest for each entity. */
export const anomalyMetrics = {
  anomaly_entities: {
    type: 'gauge',
    help: 'Entities that detectors know, by where their forests are: in memory (resident) or on disk (hibernated).',
    labels: ['state'],
  },
  anomaly_forests_bytes: {
    type: 'gauge',
    help: 'Memory that resident forests take, about.',
    labels: [],
  },
  anomaly_part_processes: {
    type: 'gauge',
    help: 'On Kafka, processes that look at each part of the entities (`anomalies.part`), as each of them sees it: 1, where nothing is the matter.',
    labels: ['part'],
  },
  anomaly_results_total: {
    type: 'counter',
    help: 'Odd intervals, by what became of them: an alert, or why none (grade, confidence, rules).',
    labels: ['outcome'],
  },
  anomaly_late_events: {
    type: 'gauge',
    help: 'Events that came when their interval was over, since the detectors in force began.',
    labels: [],
  },
  anomaly_left_out_events: {
    type: 'gauge',
    help: 'Events of entities beyond a detector’s limit, since the detectors in force began.',
    labels: [],
  },
} as const satisfies Record<string, MetricRow>;
