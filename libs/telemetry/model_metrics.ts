import { type MetricRow, seconds } from './metric_row.ts';

const model = ['model', 'version', 'stage'] as const;

/** What models on the stream do. */
export const modelMetrics = {
  model_info: {
    type: 'gauge',
    help: 'Always 1; the labels say which version of a model runs, and at which stage (shadow, live).',
    labels: model,
  },
  model_inference_duration_seconds: {
    type: 'histogram',
    help: 'Time that a model spent on one batch of events.',
    labels: model,
    buckets: seconds,
  },
  model_change_duration_seconds: {
    type: 'histogram',
    help: 'Time from a command about a version, gates included, until the first event that this process scored by it, without the time in which none came; of retired ones until they score no more. By the stage that it goes to; a rollback leads to live.',
    labels: ['to'],
    buckets: seconds,
  },
  model_score: {
    type: 'histogram',
    help: 'Scores of events, 0 to 1.',
    labels: model,
    buckets: [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
  },
  model_errors_total: {
    type: 'counter',
    help: 'What a model failed at, by phase: to be loaded (load), what it remembered (restore), or a batch of events (score).',
    labels: [...model, 'phase'],
  },
  model_drift_ratio: {
    type: 'gauge',
    help: 'How far a feature, or the score as (score), has moved from what it was calibrated on, in the last window: 1 is the limit, beyond which it is no chance.',
    labels: ['model', 'version', 'feature'],
  },
  model_verdicts: {
    type: 'gauge',
    help: 'Alerts of a version with matches of the last 90 days that analysts closed as an attack (attack) or as none (none).',
    labels: ['model', 'version', 'verdict'],
  },
  model_calibration_error: {
    type: 'gauge',
    help: 'Expected calibration error of a version, 0 to 1: how far its scores are from the share of attacks among its alerts that analysts judged; from 20 of them on.',
    labels: ['model', 'version'],
  },
} as const satisfies Record<string, MetricRow>;
