import { levels } from '@tidewatch/event';
import type { AlertStore } from '@tidewatch/store';
import type { Metrics } from '@tidewatch/telemetry';

const undecided = ['open', 'acknowledged'] as const;

/** Says how many alerts are not closed, by level and status; none, too, where there were some. */
export async function measureAlerts(
  alerts: Pick<AlertStore, 'totals'>,
  metrics: Pick<Metrics, 'set'>,
): Promise<void> {
  const totals = await alerts.totals(
    { range: { from: 0, to: Number.MAX_SAFE_INTEGER } },
    { principal: 'tidewatch', dataClasses: 'all' },
  );
  for (const severity of levels)
    for (const status of undecided) {
      const found = totals.find((total) => total.level === severity && total.status === status);
      metrics.set('alerts_open', { severity, status }, found?.count ?? 0);
    }
}
