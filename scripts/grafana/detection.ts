import { dashboard } from './dashboard.ts';
import { lines, number } from './panel.ts';
import { max, quantile, rate, sum } from './query.ts';

export const detection = dashboard({
  uid: 'tidewatch-detection',
  title: 'Detection and models',
  about: 'What rules and correlations find, what they cost, and which of them are not run.',
  rows: {
    'Rules and models': [
      number({
        title: 'Rules',
        about: 'Rules by state. Those that are rejected are not looked for.',
        unit: 'none',
        queries: { '{{engine}} {{state}}': max('detection_rules', ['engine', 'state']) },
        width: 12,
      }),
      number({
        title: 'Flagged',
        about: 'Rules that cost more than `rules.budget.flag` of the time that goes into events.',
        unit: 'none',
        queries: { rules: max('detection_rules_flagged') },
        changes: [[1, 'orange']],
        width: 6,
      }),
      number({
        title: 'In quarantine',
        about: 'Rules that are not run since they failed or cost too much.',
        unit: 'none',
        queries: { rules: max('detection_rules_quarantined') },
        changes: [[1, 'red']],
        width: 6,
      }),
      lines({
        title: 'Matches',
        about: 'Matches found, by engine and severity.',
        unit: 'short',
        queries: { '{{engine}} {{severity}}': rate('detections_total', ['engine', 'severity']) },
      }),
      lines({
        title: 'Matches for others',
        about: 'Matches written to streams for others, those that came again included.',
        unit: 'short',
        queries: { '{{stream}}': rate('detection_output_records_total', ['stream']) },
      }),
    ],
    Anomalies: [
      lines({
        title: 'Entities',
        about: 'Users, hosts and addresses that detectors know, by where their forests are.',
        unit: 'none',
        queries: { '{{state}}': max('anomaly_entities', ['state']) },
        width: 6,
      }),
      lines({
        title: 'Memory of forests',
        about: 'Memory that forests take; beyond `anomalies.memory` they wait on disk.',
        unit: 'bytes',
        queries: { forests: max('anomaly_forests_bytes') },
        width: 6,
      }),
      lines({
        title: 'Odd intervals',
        about: 'By what became of them: an alert, or why none.',
        unit: 'short',
        queries: { '{{outcome}}': rate('anomaly_results_total', ['outcome']) },
        width: 6,
      }),
      lines({
        title: 'Events that did not count',
        about: 'Late ones, and those of entities beyond a detector’s limit.',
        unit: 'none',
        queries: { late: max('anomaly_late_events'), 'left out': max('anomaly_left_out_events') },
        width: 6,
      }),
      lines({
        title: 'Processes of each part',
        about:
          'On Kafka, how many processes look at each part of the entities: one, or something is the matter.',
        unit: 'none',
        queries: { 'part {{part}}': max('anomaly_part_processes', ['part']) },
        width: 6,
      }),
    ],
    Cost: [
      lines({
        title: 'Time of rules',
        about: 'Cores that single-event rules take, routing and index included; estimated from samples.',
        unit: 'none',
        queries: { cores: rate('detection_evaluation_seconds_total') },
        width: 8,
      }),
      lines({
        title: 'Rules run per event',
        about: 'Candidates that are left by the router and the index.',
        unit: 'none',
        queries: {
          candidates: `${rate('detection_evaluations_total')} / ${rate('stage_events_total', [], { stage: 'detect' })}`,
        },
        width: 8,
      }),
      lines({
        title: 'Quarantines',
        about: 'Times that a rule was quarantined, by cause.',
        unit: 'short',
        queries: { '{{cause}}': rate('detection_quarantines_total', ['cause']) },
        width: 8,
      }),
    ],
    Models: [
      number({
        title: 'At work',
        about: 'Versions of models that score events, by stage.',
        unit: 'none',
        queries: { '{{model}} {{version}} {{stage}}': max('model_info', ['model', 'version', 'stage']) },
        width: 6,
      }),
      lines({
        title: 'Scores',
        about: 'Nine tenths, and 99 of a hundred scores are below.',
        unit: 'none',
        queries: {
          '{{model}} 90 %': quantile(0.9, 'model_score', ['model']),
          '{{model}} 99 %': quantile(0.99, 'model_score', ['model']),
        },
        width: 6,
      }),
      lines({
        title: 'Time of a batch',
        about: 'Time that 99 of a hundred batches of events take a model at most.',
        unit: 's',
        queries: { '{{model}}': quantile(0.99, 'model_inference_duration_seconds', ['model']) },
        width: 6,
      }),
      lines({
        title: 'Time to effect',
        about:
          'Time from commands about models, such as a rollback, to the first event scored as they say: the longest of a hundred but one.',
        unit: 's',
        queries: { '{{to}}': quantile(0.99, 'model_change_duration_seconds', ['to']) },
        width: 6,
      }),
      lines({
        title: 'Failures',
        about: 'What models failed at, by phase: to be loaded, or a batch of events.',
        unit: 'short',
        queries: { '{{model}} {{phase}}': rate('model_errors_total', ['model', 'phase']) },
        width: 6,
      }),
      lines({
        title: 'Drift',
        about: 'How far features and scores have moved from what models were calibrated on; 1 is the limit.',
        unit: 'none',
        queries: {
          '{{model}} {{version}} {{feature}}': max('model_drift_ratio', ['model', 'version', 'feature']),
        },
        width: 6,
      }),
      lines({
        title: 'Calibration error',
        about:
          'How far scores are from the share of attacks among alerts that analysts judged: 0 is as sure as it is right.',
        unit: 'percentunit',
        queries: { '{{model}} {{version}}': max('model_calibration_error', ['model', 'version']) },
        width: 6,
      }),
      lines({
        title: 'Verdicts',
        about: 'Alerts of models that analysts closed as an attack, or as none.',
        unit: 'short',
        queries: {
          '{{model}} {{version}} {{verdict}}': max('model_verdicts', ['model', 'version', 'verdict']),
        },
        width: 6,
      }),
    ],
    Correlations: [
      lines({
        title: 'Matches in windows',
        about: 'Matches that windows of correlations keep at present.',
        unit: 'short',
        queries: { matches: sum('correlation_state_events') },
        width: 6,
      }),
      lines({
        title: 'Groups',
        about: 'Groups that correlations follow at present.',
        unit: 'short',
        queries: { groups: sum('correlation_state_groups') },
        width: 6,
      }),
      lines({
        title: 'Given up',
        about:
          'Matches given up before their time, since there were too many, and those that came too late for any window.',
        unit: 'short',
        queries: {
          evicted: rate('correlation_evicted_events_total'),
          'late, {{engine}}': rate('detection_late_events_total', ['engine']),
        },
        width: 6,
      }),
      lines({
        title: 'Not usable',
        about:
          'Matches that no correlation in force knows, and those without a value that theirs groups by or measures.',
        unit: 'short',
        queries: {
          unfit: rate('correlation_unfit_total'),
          ungrouped: rate('correlation_ungrouped_events_total'),
        },
        width: 6,
      }),
    ],
  },
});
