import { dashboard } from './dashboard.ts';
import { lines, rows } from './panel.ts';
import { max, metric, quantile, rate, sum } from './query.ts';

export const store = dashboard({
  uid: 'tidewatch-store',
  title: 'Store and retention',
  about: 'What is written, what OpenSearch says to it, what is deleted, and when disks are full.',
  rows: {
    Writing: [
      lines({
        title: 'Documents',
        about: 'Documents written to the store, by outcome.',
        unit: 'eps',
        queries: { '{{data_class}} {{outcome}}': rate('index_documents_total', ['data_class', 'outcome']) },
      }),
      lines({
        title: 'Sent again',
        about: 'Documents sent to OpenSearch again, by reason.',
        unit: 'eps',
        queries: { '{{reason}}': rate('index_retries_total', ['reason']) },
      }),
      lines({
        title: 'Bulk requests',
        about: 'To OpenSearch, by outcome.',
        unit: 'reqps',
        queries: { '{{outcome}}': rate('index_requests_total', ['outcome']) },
        width: 8,
      }),
      lines({
        title: 'Time of bulk requests, 99th percentile',
        about: 'Until OpenSearch has answered, by outcome.',
        unit: 's',
        queries: { '{{outcome}}': quantile(0.99, 'index_request_duration_seconds', ['outcome']) },
        width: 8,
      }),
      lines({
        title: 'Under way',
        about: 'Bytes of bulk requests that OpenSearch has yet to answer for good.',
        unit: 'bytes',
        queries: { bytes: sum('index_in_flight_bytes') },
        width: 8,
      }),
    ],
    Disk: [
      lines({
        title: 'Used',
        about: 'Bytes that count toward the disk budget of a store.',
        unit: 'bytes',
        queries: { '{{store}}': max('disk_used_bytes', ['store']) },
        width: 8,
      }),
      lines({
        title: 'Share of the budget',
        about: 'At 1 senders wait; nothing is deleted before its time.',
        unit: 'percentunit',
        queries: {
          '{{store}}': `${max('disk_used_bytes', ['store'])} / ${max('disk_budget_bytes', ['store'])}`,
        },
        width: 8,
      }),
      rows({
        title: 'Watermarks',
        about: '0 below them, 1 above the low, 2 above the high, 3 at its budget.',
        unit: 'none',
        queries: { watermark: max('disk_watermark', ['store']) },
        width: 8,
      }),
      rows({
        title: 'Full in',
        about:
          'Seconds until a store is expected to reach its budget: soonest, likely, latest. Infinite: not in sight; empty: not known yet.',
        unit: 's',
        queries: { seconds: `${max('disk_full_timestamp_seconds', ['store', 'edge'])} - time()` },
      }),
      rows({
        title: 'Oldest event',
        about:
          'Seconds since the beginning of the oldest partition of a class. It passes the time to live of the class by the length of a partition at most.',
        unit: 's',
        queries: {
          age: `time() - min by (data_class) (${metric('retention_oldest_event_timestamp_seconds')})`,
        },
      }),
      lines({
        title: 'Deleted by retention',
        about: 'Records past the time to live of their class.',
        unit: 'eps',
        queries: { '{{data_class}}': rate('retention_deleted_events_total', ['data_class']) },
      }),
    ],
  },
});
