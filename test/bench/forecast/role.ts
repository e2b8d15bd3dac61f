import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { startForecaster } from '@tidewatch/forecaster';
import { ownTargets, type Target } from '@tidewatch/forecaster/targets';
import { createLogger, createMetrics, type Metrics } from '@tidewatch/telemetry';
import { createExports } from '../../../apps/forecaster/exports.ts';
import { openKept } from '../../../apps/forecaster/keeper.ts';
import { createSeries, type Series } from '../../../apps/forecaster/series.ts';
import { minutes } from './series.ts';

const minute = 60;
const days = 28;
/** Of the measure of blocks, milliseconds; what it finds is longer by as much. */
const resolution = 2;

const target: Target = { ...(ownTargets[0] as Target), maxSeries: 5_000 };

/** Four weeks of minutes up to a time, which no monitor has watched: a fit does not ask it. */
function seriesOf(seed: number, now: number): Series {
  const series = createSeries(target, { source: `web${seed}` }, 200);
  const value = minutes(seed);
  const last = Math.floor(now / minute);
  for (let step = last - days * 1_440 + 1; step <= last; step++)
    series.take(step, value(step), { watch: false });
  return series;
}

export interface Refit {
  /** Processor time of the role, its thread included, until all series had a forecast, seconds. */
  readonly seconds: number;
  /** Longest block of the loop that the thread belongs to, milliseconds. */
  readonly block: number;
}

/** Starts the role on a folder of series: it has to forecast all of them, with methods chosen anew. */
export async function refitAll(count: number): Promise<Refit> {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
  const now = Date.now() / 1_000;
  const kept = await openKept(folder, now, () => {});
  for (let seed = 0; seed < count; seed++) {
    const series = seriesOf(seed, now);
    await kept.keep(now, new Map([[series.name, series]]));
  }
  await kept.close();
  const metrics = createMetrics({ process: false });
  const loop = monitorEventLoopDelay({ resolution });
  const forecaster = startForecaster({
    config: { targets: [target], maxSeries: count },
    ...{ folder, metrics, log: createLogger({ level: 'silent' }) },
    worker: new URL('../../../apps/forecaster/thread.ts', import.meta.url),
  });
  while (forecaster.overview() === undefined) await setTimeout(10);
  loop.enable();
  const began = process.cpuUsage();
  while ((await metrics.sum('forecast_fits_total', { outcome: 'ok' })) < count) await setTimeout(100);
  // What is told last is exported yet.
  await setTimeout(1_000);
  const { user, system } = process.cpuUsage(began);
  loop.disable();
  await forecaster.close();
  rmSync(folder, { recursive: true });
  return { seconds: (user + system) / 1e6, block: loop.max / 1e6 - resolution };
}

/** Milliseconds of the forecast of a series: with methods chosen anew, and by those of the hour before. */
export function fitCosts(count: number): { readonly chosen: number; readonly again: number } {
  const now = Date.now() / 1_000;
  const spent = { chosen: 0, again: 0 };
  for (let seed = 0; seed < count; seed++) {
    const series = seriesOf(seed, now);
    for (const what of ['chosen', 'again'] as const) {
      const began = process.cpuUsage();
      // A minute is never a new day of its own, but for one series in 1,440.
      if (series.refit(what === 'again' ? now + minute : now) === undefined) throw new Error('No forecast.');
      const { user, system } = process.cpuUsage(began);
      spent[what] += (user + system) / 1_000 / count;
    }
  }
  return spent;
}

export interface Scrape {
  readonly samples: number;
  /** Milliseconds of each answer, over HTTP. */
  readonly times: readonly number[];
}

/** Scrapes `/metrics` of a process that forecasts so many series. */
export async function scrapes(series: number, rounds: number): Promise<Scrape> {
  const metrics: Metrics = createMetrics();
  const now = Date.now() / 1_000;
  const one = seriesOf(0, now);
  one.refit(now);
  const figures = one.figures(now);
  await createExports(metrics)({
    series: Array.from({ length: series }, (_, i) => ({
      ...figures,
      name: `${figures.target}{source="web${i}"}`,
    })),
    ...{ gone: [], leftOut: 0, maxSeries: series, targets: [] },
  });
  const server = createServer(async (_, response) => {
    const { contentType, body } = await metrics.render();
    response.setHeader('content-type', contentType).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const times: number[] = [];
  let samples = 0;
  for (let round = 0; round < rounds + 3; round++) {
    const began = performance.now();
    const text = await (await fetch(url)).text();
    // The first ones find nothing compiled yet.
    if (round >= 3) times.push(performance.now() - began);
    samples = text.match(/^tidewatch_forecast_.*\{target=/gm)?.length ?? 0;
  }
  server.close();
  return { samples, times };
}
