import {
  dashboard,
  indexPattern,
  ndjson,
  type SavedObject,
  savedSearch,
  type VisState,
  visualization,
} from './saved_object.ts';
import { numbers, overTime, shares, table } from './vis_state.ts';

const events = indexPattern('tidewatch-events', 'tidewatch-events-*', '@timestamp');
const alerts = indexPattern('tidewatch-alerts', 'tidewatch-alerts', 'tidewatch_alert.last');

const objects: SavedObject[] = [events, alerts];
const kept = (object: SavedObject): SavedObject => {
  objects.push(object);
  return object;
};
const onEvents = (name: string, title: string, state: VisState, query?: string) =>
  kept(
    visualization(
      `tidewatch-events-${name}`,
      `Events: ${title}`,
      { pattern: events, ...(query && { query }) },
      state,
    ),
  );
const onAlerts = (name: string, title: string, state: VisState, query?: string) =>
  kept(
    visualization(
      `tidewatch-alerts-${name}`,
      `Alerts: ${title}`,
      { pattern: alerts, ...(query && { query }) },
      state,
    ),
  );

const eventColumns = ['event.dataset', 'host.name', 'user.name', 'event.action', 'message'];
const newest = kept(
  savedSearch(
    'tidewatch-events-newest',
    'Events: newest',
    'All events, the newest first.',
    { pattern: events },
    eventColumns,
  ),
);
kept(
  savedSearch(
    'tidewatch-failed-logons',
    'Events: failed logons',
    'Logons that failed, with where they came from.',
    { pattern: events, query: 'event.category: authentication and event.outcome: failure' },
    ['host.name', 'user.name', 'source.ip', 'event.dataset', 'message'],
  ),
);
kept(
  savedSearch(
    'tidewatch-process-starts',
    'Events: started processes',
    'Processes with their command lines and parents.',
    { pattern: events, query: 'event.category: process and event.type: start' },
    ['host.name', 'user.name', 'process.name', 'process.command_line', 'process.parent.name'],
  ),
);
kept(
  savedSearch(
    'tidewatch-unapproved',
    'Events: without an approved use-case',
    'Events that no use-case covers; they are kept for a short time only.',
    { pattern: events, query: 'tidewatch.data_class: unapproved' },
    ['tidewatch.source', ...eventColumns],
  ),
);

const alertColumns = ['title', 'rule.level', 'status', 'host.name', 'user.name', 'count'];
const openAlerts = kept(
  savedSearch(
    'tidewatch-alerts-open',
    'Alerts: not closed',
    'What waits for somebody, the newest first.',
    { pattern: alerts, query: 'not status: closed' },
    alertColumns,
  ),
);

kept(
  dashboard('tidewatch-all-logs', 'Tidewatch: all logs', 'What comes in, from where, and what it is about.', [
    [
      [
        onEvents(
          'numbers',
          'totals',
          numbers([
            { type: 'count', label: 'Events' },
            { type: 'cardinality', field: 'event.dataset', label: 'Data sets' },
            { type: 'cardinality', field: 'host.name', label: 'Hosts' },
            { type: 'cardinality', field: 'user.name', label: 'Users' },
          ]),
        ),
        48,
        7,
      ],
    ],
    [
      [
        onEvents(
          'over-time',
          'over time, by data set',
          overTime('@timestamp', 'event.dataset', 10, 'Data set'),
        ),
        48,
        14,
      ],
    ],
    [
      [onEvents('classes', 'by data class', shares('tidewatch.data_class', 10, 'Data class')), 16, 14],
      [onEvents('categories', 'by category', shares('event.category', 10, 'Category')), 16, 14],
      [
        onEvents(
          'outcomes',
          'outcomes over time',
          overTime('@timestamp', 'event.outcome', 3, 'Outcome'),
          'event.outcome: *',
        ),
        16,
        14,
      ],
    ],
    [
      [
        onEvents(
          'sources',
          'sources',
          table([
            ['tidewatch.source', 'Source'],
            ['event.dataset', 'Data set'],
          ]),
        ),
        16,
        16,
      ],
      [onEvents('hosts', 'hosts', table([['host.name', 'Host']])), 16, 16],
      [onEvents('users', 'users', table([['user.name', 'User']])), 16, 16],
    ],
    [
      [onEvents('addresses', 'source addresses', table([['source.ip', 'Address']])), 16, 16],
      [
        onEvents(
          'failed-logons',
          'failed logons',
          table([
            ['user.name', 'User'],
            ['source.ip', 'Address'],
          ]),
          'event.category: authentication and event.outcome: failure',
        ),
        16,
        16,
      ],
      [onEvents('actions', 'actions', table([['event.action', 'Action']])), 16, 16],
    ],
    [[newest, 48, 20]],
  ]),
);

kept(
  dashboard(
    'tidewatch-alerts',
    'Tidewatch: alerts',
    'What was found, how bad it is, and what became of it.',
    [
      [
        [
          onAlerts(
            'numbers',
            'totals',
            numbers([
              { type: 'count', label: 'Alerts' },
              { type: 'sum', field: 'count', label: 'Matches' },
              { type: 'cardinality', field: 'rule.id', label: 'Rules' },
              { type: 'cardinality', field: 'host.name', label: 'Hosts' },
            ]),
          ),
          32,
          7,
        ],
        [
          onAlerts(
            'waiting',
            'high and critical, not closed',
            numbers([{ type: 'count', label: 'Waiting' }]),
            'rule.level: (high or critical) and not status: closed',
          ),
          16,
          7,
        ],
      ],
      [
        [
          onAlerts(
            'over-time',
            'over time, by level',
            overTime('tidewatch_alert.last', 'rule.level', 5, 'Level'),
          ),
          48,
          14,
        ],
      ],
      [
        [onAlerts('levels', 'by level', shares('rule.level', 5, 'Level')), 12, 14],
        [onAlerts('states', 'by status', shares('status', 3, 'Status')), 12, 14],
        [
          onAlerts('reasons', 'why they were closed', shares('reason', 10, 'Reason'), 'status: closed'),
          12,
          14,
        ],
        [onAlerts('engines', 'by engine', shares('engine', 5, 'Engine')), 12, 14],
      ],
      [
        [
          onAlerts(
            'rules',
            'rules',
            table(
              [
                ['title', 'Rule'],
                ['rule.level', 'Level'],
              ],
              10,
              [
                { type: 'count', label: 'Alerts' },
                { type: 'sum', field: 'count', label: 'Matches' },
              ],
            ),
          ),
          24,
          16,
        ],
        [onAlerts('tags', 'techniques', table([['tags', 'Tag']])), 24, 16],
      ],
      [
        [onAlerts('hosts', 'hosts', table([['host.name', 'Host']])), 24, 16],
        [onAlerts('users', 'users', table([['user.name', 'User']])), 24, 16],
      ],
      [[openAlerts, 48, 20]],
    ],
  ),
);

/** `dashboards/tidewatch.ndjson`. */
export const dashboardsFile = (): string => ndjson(objects);
