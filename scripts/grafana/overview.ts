import { dashboard } from './dashboard.ts';
import { lines, number, rows } from './panel.ts';
import { max, metric, observed, quantile, rate, selector, sum } from './query.ts';

const windows = ['5m', '30m', '1h', '6h', '3d'] as const;
/** What a recording rule holds, by the window it looks at. */
const ratios = (name: string) =>
  Object.fromEntries(
    windows.map((window) => [window, selector(`job:tidewatch_${name}:ratio_rate${window}`)]),
  );

export const overview = dashboard({
  uid: 'tidewatch-overview',
  title: 'Overview',
  about:
    'Whether Tidewatch works: rate, errors and duration of its stages and its API, and what is left of the error budgets.',
  rows: {
    'At a glance': [
      number({
        title: 'Processes',
        about: 'Processes of Tidewatch that were scraped.',
        unit: 'none',
        queries: { processes: `count(${metric('build_info')})` },
      }),
      number({
        title: 'Versions',
        about: 'What runs. More than one outside of an update is a process left behind.',
        unit: 'none',
        queries: { '{{version}}': `count by (version) (${metric('build_info')})` },
      }),
      number({
        title: 'Events',
        about: 'Events taken from inputs.',
        unit: 'eps',
        queries: { events: rate('events_received_total') },
      }),
      number({
        title: 'Not stored as events',
        about:
          'Share of records of the last hour that became dead letters or that an input lost. The objective is 0.1 %.',
        unit: 'percentunit',
        queries: { share: `max(${selector('job:tidewatch_ingest_errors:ratio_rate1h')})` },
        changes: [
          [0.001, 'orange'],
          [0.0144, 'red'],
        ],
      }),
      number({
        title: 'Longest wait',
        about: 'Age of the oldest record that a consumer has yet to commit.',
        unit: 's',
        queries: { wait: max('consumer_lag_seconds') },
        changes: [
          [60, 'orange'],
          [600, 'red'],
        ],
      }),
      number({
        title: 'Firing alerts',
        about: 'Alerts on Tidewatch itself that fire in this Prometheus. Each has a page in docs/runbooks.',
        unit: 'none',
        queries: { alerts: 'count(ALERTS{alertname=~"Tidewatch.+", alertstate="firing"}) or vector(0)' },
        changes: [[1, 'red']],
      }),
    ],
    'Rate, errors, duration': [
      lines({
        title: 'Events by stage',
        about: 'Events that left a stage well. Lines that part are a stage that falls behind.',
        unit: 'eps',
        queries: { '{{stage}}': rate('stage_events_total', ['stage'], { outcome: 'ok' }) },
        width: 8,
      }),
      lines({
        title: 'Events that did not leave well',
        about: 'Dropped by governance, failed and tried again, or turned into dead letters.',
        unit: 'eps',
        queries: {
          '{{stage}} {{outcome}}': rate('stage_events_total', ['stage', 'outcome'], {
            outcome: 'dropped|failed|dead_lettered',
          }),
        },
        width: 8,
      }),
      lines({
        title: 'Time of a batch, 99th percentile',
        about: 'What the slowest hundredth of batches spends in a stage.',
        unit: 's',
        queries: { '{{stage}}': quantile(0.99, 'stage_duration_seconds', ['stage']) },
        width: 8,
      }),
      lines({
        title: 'API requests',
        about: 'Answers by class of status.',
        unit: 'reqps',
        queries: { '{{status_class}}': observed('http_request_duration_seconds', ['status_class']) },
        width: 8,
        stacked: true,
      }),
      lines({
        title: 'API requests that failed',
        about: 'Share of answers with a status of 500 and above.',
        unit: 'percentunit',
        queries: {
          share: `(${observed('http_request_duration_seconds', [], { status_class: '5xx' })} or vector(0)) / ${observed('http_request_duration_seconds')}`,
        },
        width: 8,
      }),
      lines({
        title: 'Time to answer, 95th percentile',
        about: 'By the template of the route.',
        unit: 's',
        queries: {
          '{{method}} {{route}}': quantile(0.95, 'http_request_duration_seconds', ['route', 'method']),
        },
        width: 8,
      }),
    ],
    Objectives: [
      lines({
        title: 'Records not stored as events',
        about:
          'Share by window. The objective is 0.1 %; an alert fires where two windows burn 14.4, 6 or 1 times as much.',
        unit: 'percentunit',
        queries: { ...ratios('ingest_errors'), objective: 'vector(0.001)' },
      }),
      lines({
        title: 'Events stored late',
        about:
          'Share of batches whose oldest event was stored more than 10 s after its ingestion, by window. The objective is 1 %.',
        unit: 'percentunit',
        queries: { ...ratios('event_latency_misses'), objective: 'vector(0.01)' },
      }),
    ],
    Processes: [
      lines({
        title: 'Processor time',
        about: 'Cores in use, by process.',
        unit: 'none',
        queries: {
          '{{instance}}': `sum by (instance) (rate(${selector('tidewatch_process_cpu_seconds_total')}[$__rate_interval]))`,
        },
        width: 6,
      }),
      lines({
        title: 'Memory',
        about: 'Resident memory, by process.',
        unit: 'bytes',
        queries: {
          '{{instance}}': `sum by (instance) (${selector('tidewatch_process_resident_memory_bytes')})`,
        },
        width: 6,
      }),
      lines({
        title: 'Event loop, 99th percentile',
        about: 'How late the loop ran what was due. Above 0.1 s answers and probes wait.',
        unit: 's',
        queries: {
          '{{instance}}': `max by (instance) (${selector('tidewatch_nodejs_eventloop_lag_p99_seconds')})`,
        },
        width: 6,
      }),
      rows({
        title: 'Alerts of users, not closed',
        about: 'What Tidewatch found and nobody has closed.',
        unit: 'none',
        queries: { alerts: sum('alerts_open', ['severity', 'status']) },
        width: 6,
      }),
    ],
  },
});
