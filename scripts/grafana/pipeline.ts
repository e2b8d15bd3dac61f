import { dashboard } from './dashboard.ts';
import { lines, number, rows } from './panel.ts';
import { age, max, quantile, rate, sum } from './query.ts';

export const pipeline = dashboard({
  uid: 'tidewatch-pipeline',
  title: 'Pipeline',
  about: 'From inputs to events: what comes, what is turned away, what parsers and enrichment make of it.',
  rows: {
    Inputs: [
      lines({
        title: 'Events by source',
        about: 'Events taken from inputs.',
        unit: 'eps',
        queries: { '{{source}}': rate('events_received_total', ['source']) },
        width: 8,
        stacked: true,
      }),
      lines({
        title: 'Bytes by source',
        about: 'Raw bytes of records.',
        unit: 'Bps',
        queries: { '{{source}}': rate('bytes_received_total', ['source']) },
        width: 8,
        stacked: true,
      }),
      rows({
        title: 'Newest event by source',
        about: 'Seconds since the time of the newest event. A source that is silent grows.',
        unit: 's',
        queries: { age: age('source_last_event_timestamp_seconds', ['source']) },
        width: 8,
      }),
      lines({
        title: 'Turned away',
        about:
          'Requests, connections, messages and records that an input refused. Senders know, and may come again.',
        unit: 'short',
        queries: { '{{input}} {{reason}}': rate('input_refused_total', ['input', 'reason']) },
        width: 8,
      }),
      lines({
        title: 'Lost',
        about:
          'Messages that an input lost, in whole or their end. Senders do not know: above 0 something is missing.',
        unit: 'short',
        queries: { '{{input}} {{reason}}': rate('input_dropped_total', ['input', 'reason']) },
        width: 8,
      }),
      lines({
        title: 'Connections',
        about: 'Connections that are open.',
        unit: 'none',
        queries: { '{{input}}': sum('input_connections', ['input']) },
        width: 8,
      }),
    ],
    Stages: [
      lines({
        title: 'Outcomes',
        about: 'Events leaving a stage, by outcome.',
        unit: 'eps',
        queries: { '{{stage}} {{outcome}}': rate('stage_events_total', ['stage', 'outcome']) },
        width: 8,
      }),
      lines({
        title: 'Time of a batch, median and 99th percentile',
        about: 'Time that one batch spends in a stage.',
        unit: 's',
        queries: {
          '{{stage}} median': quantile(0.5, 'stage_duration_seconds', ['stage']),
          '{{stage}} 99th': quantile(0.99, 'stage_duration_seconds', ['stage']),
        },
        width: 8,
      }),
      lines({
        title: 'From ingestion to stored, 99th percentile',
        about: 'Of the oldest event of each batch.',
        unit: 's',
        queries: { '{{data_class}}': quantile(0.99, 'event_latency_seconds', ['data_class']) },
        width: 8,
      }),
    ],
    'Parsers and processors': [
      number({
        title: 'Parsers',
        about:
          'Files of parsers in force, and those that are rejected since they are wrong or their tests fail.',
        unit: 'none',
        queries: { '{{state}}': max('parsers', ['state']) },
      }),
      number({
        title: 'What joins remember',
        about: 'Entries of earlier events that joins keep at present.',
        unit: 'short',
        queries: { entries: sum('joins_remembered_entries') },
      }),
      lines({
        title: 'Records of parsers from files',
        about: 'Records that they took, and those that they claimed and could not read to the end.',
        unit: 'eps',
        queries: {
          taken: rate('parser_records_total'),
          'not read to the end': rate('parser_failures_total'),
        },
        width: 8,
      }),
      lines({
        title: 'Held back as noise',
        about: 'Repetitions, too many, or not of the sample.',
        unit: 'eps',
        queries: {
          '{{parser}} {{processor}}': rate('noise_suppressed_events_total', ['parser', 'processor']),
        },
        width: 8,
      }),
      lines({
        title: 'Fields dropped',
        about: 'Fields that no approved use-case of their data names.',
        unit: 'short',
        queries: { '{{data_class}}': rate('minimised_fields_total', ['data_class']) },
      }),
      lines({
        title: 'Failures of plugins',
        about: 'Users’ plugins that threw, hung or crashed.',
        unit: 'short',
        queries: { '{{plugin}}': rate('plugin_failures_total', ['plugin']) },
      }),
    ],
    Enrichment: [
      rows({
        title: 'Entries',
        about: 'What each source of enrichment holds.',
        unit: 'short',
        queries: { entries: max('enrichment_entries', ['kind', 'source']) },
        width: 8,
      }),
      rows({
        title: 'Age of the version in force',
        about: 'Seconds since it was loaded.',
        unit: 's',
        queries: { loaded: age('enrichment_loaded_timestamp_seconds', ['kind', 'source']) },
        width: 8,
      }),
      rows({
        title: 'Age of what it says',
        about: 'Seconds since the source had changed, or was built.',
        unit: 's',
        queries: { changed: age('enrichment_changed_timestamp_seconds', ['kind', 'source']) },
        width: 8,
      }),
      lines({
        title: 'Matches',
        about: 'Values of events that a feed or table said something of.',
        unit: 'short',
        queries: { '{{kind}} {{source}}': rate('enrichment_matches_total', ['kind', 'source']) },
      }),
      lines({
        title: 'Loads that failed',
        about: 'What was before stays in force, and grows old.',
        unit: 'short',
        queries: { '{{kind}} {{source}}': rate('enrichment_failures_total', ['kind', 'source']) },
      }),
    ],
  },
});
