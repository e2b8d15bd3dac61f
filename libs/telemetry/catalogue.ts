import { anomalyMetrics } from './anomaly_metrics.ts';
import { forecastMetrics } from './forecast_metrics.ts';
import { type MetricRow, seconds } from './metric_row.ts';
import { modelMetrics } from './model_metrics.ts';

/**
 * The only source of metric names. Base units; timestamps rather than ages; never a rule id, host, user or address
 * as a label.
 */
export const catalogue = {
  build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say what runs.',
    labels: ['version', 'revision', 'node_version'],
  },
  events_received_total: {
    type: 'counter',
    help: 'Events taken from inputs.',
    labels: ['source', 'data_class'],
  },
  bytes_received_total: {
    type: 'counter',
    help: 'Raw bytes of records taken from inputs.',
    labels: ['source'],
  },
  input_refused_total: {
    type: 'counter',
    help: 'What an input turned away, by reason: a request, a connection, a message, or a record of a request taken in part.',
    labels: ['input', 'reason'],
  },
  input_dropped_total: {
    type: 'counter',
    help: 'Messages that an input lost, in whole or their end, by reason (busy, quota, system, too_long).',
    labels: ['input', 'reason'],
  },
  input_connections: { type: 'gauge', help: 'Connections that are open.', labels: ['input'] },
  stage_events_total: {
    type: 'counter',
    help: 'Events leaving a stage, by outcome (ok, dropped, failed, dead_lettered).',
    labels: ['stage', 'outcome'],
  },
  stage_duration_seconds: {
    type: 'histogram',
    help: 'Time one batch spent in a stage.',
    labels: ['stage'],
    buckets: seconds,
  },
  event_latency_seconds: {
    type: 'histogram',
    help: 'From ingestion to stored.',
    labels: ['data_class'],
    buckets: seconds,
  },
  source_last_event_timestamp_seconds: {
    type: 'gauge',
    help: 'Event time of the newest event.',
    labels: ['source'],
  },
  minimised_fields_total: {
    type: 'counter',
    help: 'Fields of events that were dropped since no approved use-case of their data names them.',
    labels: ['data_class'],
  },
  enrichment_entries: {
    type: 'gauge',
    help: 'What a source of enrichment holds: keys, or the nodes of a MaxMind database.',
    labels: ['kind', 'source'],
  },
  enrichment_loaded_timestamp_seconds: {
    type: 'gauge',
    help: 'When the version in force of a source of enrichment was loaded.',
    labels: ['kind', 'source'],
  },
  enrichment_changed_timestamp_seconds: {
    type: 'gauge',
    help: 'When the version in force of a source of enrichment had changed, or was built.',
    labels: ['kind', 'source'],
  },
  enrichment_failures_total: {
    type: 'counter',
    help: 'Attempts to load a source of enrichment that failed; what was before stays in force.',
    labels: ['kind', 'source'],
  },
  enrichment_matches_total: {
    type: 'counter',
    help: 'Values of events that a feed or table said something of.',
    labels: ['kind', 'source'],
  },
  dead_letter_events_total: {
    type: 'counter',
    help: 'Records that could not be handled.',
    labels: ['stage', 'reason'],
  },
  dead_letter_backlog_events: {
    type: 'gauge',
    help: 'Dead letters that were neither replayed nor dropped.',
    labels: ['stage'],
  },
  stream_size_bytes: { type: 'gauge', help: 'Bytes that a stream holds.', labels: ['stream'] },
  stream_damaged_records: {
    type: 'gauge',
    help: 'Torn tails, damaged and missing records found in a stream since start.',
    labels: ['stream'],
  },
  stream_deleted_unread_records: {
    type: 'gauge',
    help: 'Records that hard retention deleted, since start, before every group had read them. Above 0 is a loss.',
    labels: ['stream'],
  },
  consumer_lag_records: {
    type: 'gauge',
    help: 'Records a group has yet to commit.',
    labels: ['group', 'stream'],
  },
  consumer_lag_seconds: {
    type: 'gauge',
    help: 'Age of the oldest record a group has yet to commit.',
    labels: ['group', 'stream'],
  },
  detections_total: { type: 'counter', help: 'Matches found.', labels: ['engine', 'severity'] },
  detection_output_records_total: {
    type: 'counter',
    help: 'Matches written to streams for others, those that came again included.',
    labels: ['stream'],
  },
  parsers: {
    type: 'gauge',
    help: 'Parsers by state: loaded, or rejected (wrong, or their tests fail; what was before stays in force).',
    labels: ['state'],
  },
  parser_records_total: {
    type: 'counter',
    help: 'Records that parsers from files took. What each did is in `GET /api/parsers`.',
    labels: [],
  },
  parser_failures_total: {
    type: 'counter',
    help: 'Records that a parser from a file claimed and could not read to the end.',
    labels: [],
  },
  noise_suppressed_events_total: {
    type: 'counter',
    help: 'Events that a parser held back since they were repetitions, too many, or not of the sample.',
    labels: ['parser', 'processor'],
  },
  joins_remembered_entries: {
    type: 'gauge',
    help: 'What joins remember at present of earlier events.',
    labels: [],
  },
  detection_rules: {
    type: 'gauge',
    help: 'Rules by state (loaded, rejected, skipped).',
    labels: ['engine', 'state'],
  },
  detection_evaluation_seconds_total: {
    type: 'counter',
    help: 'Time that single-event rules took on events, routing and index included; estimated from samples.',
    labels: [],
  },
  detection_evaluations_total: {
    type: 'counter',
    help: 'Rules run on events: divided by the events of the stage `detect`, the candidates per event.',
    labels: [],
  },
  detection_rules_flagged: {
    type: 'gauge',
    help: 'Rules that cost more than `rules.budget.flag` of the time that goes into events.',
    labels: [],
  },
  detection_rules_quarantined: {
    type: 'gauge',
    help: 'Rules that are not run since they failed or cost too much. Above 0 something is not looked for.',
    labels: [],
  },
  detection_quarantines_total: {
    type: 'counter',
    help: 'Times that a rule was quarantined, by cause (cost, limit, failed).',
    labels: ['cause'],
  },
  detection_late_events_total: {
    type: 'counter',
    help: 'Matches later than the allowed lateness, which no window took.',
    labels: ['engine'],
  },
  correlation_state_events: {
    type: 'gauge',
    help: 'Matches that windows of correlations keep at present.',
    labels: [],
  },
  correlation_state_groups: {
    type: 'gauge',
    help: 'Groups that correlations follow at present.',
    labels: [],
  },
  correlation_evicted_events_total: {
    type: 'counter',
    help: 'Matches given up before their time, since there were too many.',
    labels: [],
  },
  correlation_unfit_total: {
    type: 'counter',
    help: 'Matches that no correlation in force knows, and records that are no matches.',
    labels: [],
  },
  correlation_ungrouped_events_total: {
    type: 'counter',
    help: 'Matches without a value that their correlation groups by or measures.',
    labels: [],
  },
  index_documents_total: {
    type: 'counter',
    help: 'Documents written to the store.',
    labels: ['data_class', 'outcome'],
  },
  index_requests_total: {
    type: 'counter',
    help: 'Bulk requests to OpenSearch, by outcome (ok, partial, failed).',
    labels: ['outcome'],
  },
  index_request_duration_seconds: {
    type: 'histogram',
    help: 'Time to answer one bulk request, by outcome.',
    labels: ['outcome'],
    buckets: seconds,
  },
  index_retries_total: {
    type: 'counter',
    help: 'Documents sent to OpenSearch again, by reason.',
    labels: ['reason'],
  },
  index_in_flight_bytes: {
    type: 'gauge',
    help: 'Bytes of bulk requests that OpenSearch has yet to answer for good.',
    labels: [],
  },
  retention_deleted_events_total: {
    type: 'counter',
    help: 'Records deleted by retention.',
    labels: ['data_class'],
  },
  retention_oldest_event_timestamp_seconds: {
    type: 'gauge',
    help: 'Beginning of the oldest time partition of a data class in the event store, by the hour.',
    labels: ['data_class'],
  },
  disk_used_bytes: {
    type: 'gauge',
    help: 'Bytes of a store that count toward its disk budget.',
    labels: ['store'],
  },
  disk_budget_bytes: { type: 'gauge', help: 'Disk budget of a store.', labels: ['store'] },
  disk_watermark: {
    type: 'gauge',
    help: 'Where a store stands: 0 below its watermarks, 1 above the low, 2 above the high, 3 at its budget.',
    labels: ['store'],
  },
  disk_full_timestamp_seconds: {
    type: 'gauge',
    help: 'When a store is expected to reach its budget (edge: soonest, likely, latest). +Inf: not in sight; NaN: not known yet.',
    labels: ['store', 'edge'],
  },
  intake_slowed: {
    type: 'gauge',
    help: 'Whether senders are told to wait since a disk budget is used up: 0 no, 1 slowed, 2 nothing is taken.',
    labels: [],
  },
  intake_refused_total: {
    type: 'counter',
    help: 'Calls that were refused while a store was too full. Nothing is lost: senders come again.',
    labels: ['store'],
  },
  alerts_open: { type: 'gauge', help: 'Alerts not closed.', labels: ['severity', 'status'] },
  ...forecastMetrics,
  ...anomalyMetrics,
  ...modelMetrics,
  alert_triage_duration_seconds: {
    type: 'histogram',
    help: 'From an alert’s beginning to its closing by hand, one by one or in a selection; changes of all that a query finds are left out.',
    labels: ['severity', 'verdict'],
    buckets: [60, 300, 900, 3_600, 14_400, 43_200, 86_400, 259_200, 604_800],
  },
  alerts_opened_total: {
    type: 'counter',
    help: 'Alerts that were opened, or opened again by new matches.',
    labels: ['severity'],
  },
  plugin_failures_total: { type: 'counter', help: 'Failures of users’ plugins.', labels: ['plugin'] },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time to answer, by route template.',
    labels: ['route', 'method', 'status_class'],
    buckets: seconds,
  },
} as const satisfies Record<string, MetricRow>;

export type Catalogue = typeof catalogue;
export type MetricName = keyof Catalogue;
