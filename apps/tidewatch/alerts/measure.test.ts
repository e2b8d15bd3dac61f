import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { createMetrics } from '@tidewatch/telemetry';
import { expect, it } from 'vitest';
import { measureAlerts } from './measure.ts';

it('tells how many alerts are not closed, and when there are none any more', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-measure-'));
  const classes = parseDataClasses('classes: {}\napprovals: []\n');
  const { alerts, close } = await openDuckDbStore({ directory, classes });
  const metrics = createMetrics({ process: false });
  const at = new Date(0).toISOString();
  const [effect] = await alerts.apply([
    {
      id: 'm',
      detector: { engine: 'sigma', id: 'knock', title: 'Knock', level: 'low' },
      key: [{ field: 'host.name', value: 'web1' }],
      time: 0,
      position: { partition: 0, offset: 0 },
      bucketMs: 3_600_000,
      dataClass: 'unapproved',
      event: {
        '@timestamp': at,
        event: { id: 'e', ingested: at, dataset: 'web' },
        tidewatch: { source: 's', data_class: 'unapproved' },
      },
      explanation: { engine: 'sigma', condition: 'selection', items: [], absent: [] },
    },
  ]);
  const open = async () => {
    await measureAlerts(alerts, metrics);
    const series = await metrics.series('alerts_open');
    return series.filter(({ value }) => value > 0).map(({ labels, value }) => [labels, value]);
  };
  const acknowledge = () =>
    alerts.change(
      [{ id: effect?.alert.id ?? '' }],
      { action: 'acknowledge' },
      { principal: 'ann', dataClasses: 'all' },
    );
  expect(await open()).toEqual([[{ severity: 'low', status: 'open' }, 1]]);
  await acknowledge();
  expect(await open()).toEqual([[{ severity: 'low', status: 'acknowledged' }, 1]]);
  await alerts.deleteClass('unapproved');
  expect(await open()).toEqual([]);
  await close();
  await rm(directory, { recursive: true });
});
