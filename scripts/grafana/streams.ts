import { dashboard } from './dashboard.ts';
import { lines, number } from './panel.ts';
import { max, rate, sum } from './query.ts';

export const streams = dashboard({
  uid: 'tidewatch-streams',
  title: 'Streams and dead letters',
  about:
    'The log between the stages: how far its readers are, what was damaged or lost, and records that could not be handled.',
  rows: {
    Consumers: [
      lines({
        title: 'Records behind',
        about: 'Records that a group has yet to commit.',
        unit: 'short',
        queries: { '{{group}} on {{stream}}': sum('consumer_lag_records', ['group', 'stream']) },
      }),
      lines({
        title: 'Seconds behind',
        about: 'Age of the oldest record that a group has yet to commit.',
        unit: 's',
        queries: { '{{group}} on {{stream}}': max('consumer_lag_seconds', ['group', 'stream']) },
      }),
    ],
    Streams: [
      number({
        title: 'Records lost',
        about: 'Records that hard retention deleted before every group had read them, since start.',
        unit: 'short',
        queries: { records: sum('stream_deleted_unread_records') },
        changes: [[1, 'red']],
      }),
      number({
        title: 'Records damaged',
        about:
          'Torn tails, damaged and missing records found since start. A torn tail after a crash was never acknowledged.',
        unit: 'short',
        queries: { records: sum('stream_damaged_records') },
        changes: [[1, 'orange']],
      }),
      number({
        title: 'Intake',
        about:
          'Whether senders are told to wait since a disk budget is used up: 0 no, 1 slowed, 2 nothing is taken.',
        unit: 'none',
        queries: { state: max('intake_slowed') },
        changes: [
          [1, 'orange'],
          [2, 'red'],
        ],
      }),
      lines({
        title: 'Size',
        about: 'Bytes that a stream holds.',
        unit: 'bytes',
        queries: { '{{stream}}': sum('stream_size_bytes', ['stream']) },
        width: 12,
        stacked: true,
      }),
      lines({
        title: 'Share of the budget',
        about: 'Of the disk budget of streams and of dead letters. At 1 senders wait.',
        unit: 'percentunit',
        queries: {
          '{{store}}': `${sum('disk_used_bytes', ['store'], { store: 'streams|dead_letters' })} / ${sum('disk_budget_bytes', ['store'], { store: 'streams|dead_letters' })}`,
        },
      }),
      lines({
        title: 'Calls refused',
        about: 'Calls that were told to come again, since a store was too full.',
        unit: 'short',
        queries: { '{{store}}': rate('intake_refused_total', ['store']) },
      }),
    ],
    'Dead letters': [
      lines({
        title: 'New dead letters',
        about: 'Records that could not be handled, by stage and reason.',
        unit: 'eps',
        queries: { '{{stage}} {{reason}}': rate('dead_letter_events_total', ['stage', 'reason']) },
        width: 8,
      }),
      lines({
        title: 'Backlog',
        about: 'Dead letters that were neither replayed nor dropped.',
        unit: 'short',
        queries: { '{{stage}}': max('dead_letter_backlog_events', ['stage']) },
        width: 8,
      }),
      lines({
        title: 'Replays',
        about: 'What became of dead letters that were sent through the parsers again.',
        unit: 'eps',
        queries: { '{{outcome}}': rate('stage_events_total', ['outcome'], { stage: 'replay' }) },
        width: 8,
      }),
    ],
  },
});
