import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createMetrics } from '@tidewatch/telemetry';
import { expect, it, vi } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { createExports } from './exports.ts';
import type { Figures } from './figures.ts';
import { startForecaster } from './forecaster.ts';
import { createSampler } from './internal_series.ts';
import { ownTargets } from './targets.ts';

const config = { targets: ownTargets, maxSeries: 500 };

it('forecasts in a thread what Tidewatch measures of itself, exports it, and goes on with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-forecaster-'));
  const worker = bundled(new URL('./thread.ts', import.meta.url));
  const log = createLogger({ level: 'silent' });
  for (const start of ['first', 'second']) {
    const metrics = createMetrics({ process: false });
    if (start === 'first') {
      metrics.set('disk_used_bytes', { store: 'events' }, 70);
      metrics.set('disk_budget_bytes', { store: 'events' }, 100);
    }
    const forecaster = startForecaster({ config, folder, worker, metrics, log });
    const target = 'disk_used{store="events"}';
    await vi.waitFor(async () => expect(await metrics.value('forecast_actual', { target })).toBe(70), 15_000);
    expect(await metrics.value('forecast_limit', { target })).toBe(100);
    expect(forecaster.overview()?.overview).toMatchObject({ leftOut: 0, maxSeries: 500 });
    const detail = await forecaster.detail(target, 0, 100);
    expect([...(detail?.actual ?? [])]).toContain(70);
    expect(await forecaster.detail('nothing', 0, 100)).toBeUndefined();
    // What is not known has no series, rather than one that is no number.
    const { body } = await metrics.render();
    expect(body).not.toMatch(/tidewatch_forecast_.* Nan$/im);
    expect(body).not.toContain('tidewatch_forecast_anomaly_score{');
    await forecaster.close();
    await expect(forecaster.detail(target, 0, 100)).rejects.toMatchObject({ code: 'FORECASTER_AWAY' });
  }
  rmSync(folder, { recursive: true });
}, 60_000);

it('measures what came per minute, begins anew with a counter that does, and knows nothing at first', async () => {
  let metrics = createMetrics({ process: false });
  const count = (by: number) =>
    metrics.count('events_received_total', { source: 'web', data_class: 'a' }, by);
  const wanted = ownTargets.filter(({ name }) => /^(?:events_per_minute|index_latency)$/.test(name));
  const sample = createSampler({ ...metrics, series: (name) => metrics.series(name) }, wanted);
  const events = async (now: number) =>
    (await sample(now)).find(({ target }) => target === 'events_per_minute');
  count(50);
  expect(await events(1_000)).toBeUndefined();
  count(30);
  metrics.count('events_received_total', { source: 'web', data_class: 'b' }, 10);
  expect((await events(1_120))?.rows).toEqual([{ labels: { source: 'web' }, value: 20 }]);
  // A rate of a second would be thirty times as wrong.
  count(5);
  expect(await events(1_121)).toBeUndefined();
  metrics = createMetrics({ process: false });
  count(7);
  metrics.observe('event_latency_seconds', { data_class: 'a' }, 0.2);
  metrics.observe('event_latency_seconds', { data_class: 'b' }, 0.4);
  const measured = await sample(1_181);
  expect(measured[0]?.rows).toEqual([{ labels: { source: 'web' }, value: 7 }]);
  expect(measured[1]?.rows[0]?.value).toBeCloseTo(0.3);
  // Nothing was indexed since.
  expect((await sample(1_241))[1]?.rows).toEqual([]);
});

it('takes away what is not known any more', async () => {
  const metrics = createMetrics({ process: false });
  const exportAll = createExports(metrics);
  const nan = Number.NaN;
  const band = { expected: 5, inner: [4, 6], outer: [3, 7] } as const;
  const ratios = { '1d': 0.9, '7d': nan };
  const figures: Figures = {
    ...{
      name: 'a',
      target: 'a',
      state: 'ready',
      values: 9,
      lastSample: 60,
      actual: 5,
      score: 0.5,
      limit: nan,
    },
    ahead: { '0s': band, '1h': band, '4h': band, '24h': band },
    breach: { '0': nan, '0.8': nan, '0.99': nan },
    coverage: { '0.8': ratios, '0.99': ratios },
    relativeError: { '1h': ratios, '24h': ratios },
    backtest: { '1h': nan, '24h': nan },
    ...{ method: 'theta', season: 0, lastFit: 60 },
  };
  const all = { gone: [], leftOut: 0, maxSeries: 9, targets: [] };
  const told = async () =>
    (await metrics.render()).body.split('\n').filter((line) => line.includes('{target="a"'));
  await exportAll({ ...all, series: [figures] });
  expect(await told()).toContain('tidewatch_forecast_upper{target="a",horizon="24h",level="0.99"} 7');
  expect(await told()).toContain('tidewatch_forecast_method_info{target="a",method="theta",season="0"} 1');
  await exportAll({ ...all, series: [{ ...figures, actual: nan, method: 'level' }] });
  expect((await told()).filter((line) => /actual|method/.test(line))).toEqual([
    'tidewatch_forecast_method_info{target="a",method="level",season="0"} 1',
  ]);
  await exportAll({ ...all, series: [], gone: ['a'] });
  expect(await told()).toEqual([]);
});
