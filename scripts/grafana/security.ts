import { dashboard } from './dashboard.ts';
import { lines, number } from './panel.ts';
import { quantile, rate, sum } from './query.ts';

export const security = dashboard({
  uid: 'tidewatch-security',
  title: 'Security events',
  about:
    'Events and alerts in numbers, from the counters of the pipeline and the store. The events themselves are in the console.',
  time: { from: 'now-24h', to: 'now' },
  rows: {
    Alerts: [
      number({
        title: 'Not closed',
        about: 'Alerts that wait for somebody, by severity.',
        unit: 'none',
        queries: { '{{severity}}': sum('alerts_open', ['severity']) },
        width: 12,
      }),
      number({
        title: 'Open',
        about: 'Alerts by what is being done about them.',
        unit: 'none',
        queries: { '{{status}}': sum('alerts_open', ['status']) },
        width: 12,
      }),
      lines({
        title: 'Alerts opened',
        about: 'Alerts that were opened, or opened again by new matches.',
        unit: 'short',
        queries: { '{{severity}}': rate('alerts_opened_total', ['severity']) },
        width: 8,
        stacked: true,
      }),
      lines({
        title: 'Matches by severity',
        about: 'What rules and correlations found.',
        unit: 'short',
        queries: { '{{severity}}': rate('detections_total', ['severity']) },
        width: 8,
        stacked: true,
      }),
      lines({
        title: 'Matches per million events',
        about: 'Found by all engines. A step here is a rule that changed, or an attack.',
        unit: 'none',
        queries: {
          matches: `1e6 * ${rate('detections_total')} / ${rate('stage_events_total', [], { stage: 'detect' })}`,
        },
        width: 8,
      }),
      lines({
        title: 'Time to close an alert, median',
        about: 'From its beginning to its closing by hand, by severity and verdict.',
        unit: 's',
        queries: {
          '{{severity}} {{verdict}}': quantile(0.5, 'alert_triage_duration_seconds', ['severity', 'verdict']),
        },
        width: 24,
      }),
    ],
    Events: [
      lines({
        title: 'By source',
        about: 'Events taken from inputs.',
        unit: 'eps',
        queries: { '{{source}}': rate('events_received_total', ['source']) },
        width: 8,
        stacked: true,
      }),
      lines({
        title: 'By data class',
        about: 'Events taken from inputs.',
        unit: 'eps',
        queries: { '{{data_class}}': rate('events_received_total', ['data_class']) },
        width: 8,
        stacked: true,
      }),
      lines({
        title: 'By outcome in the store',
        about: 'Stored, already there, or rejected.',
        unit: 'eps',
        queries: { '{{outcome}}': rate('index_documents_total', ['outcome']) },
        width: 8,
        stacked: true,
      }),
    ],
  },
});
