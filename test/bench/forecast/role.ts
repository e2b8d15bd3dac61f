import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  /** Longest turn of the loop that the thread belongs to, milliseconds of computing. */
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
  const forecaster = startForecaster({
    config: { targets: [target], maxSeries: count },
    ...{ folder, metrics, log: createLogger({ level: 'silent' }) },
    worker: new URL('../../../apps/forecaster/thread.ts', import.meta.url),
  });
  while (forecaster.overview() === undefined) await setTimeout(10);
  const longest = watchTurns();
  const began = process.cpuUsage();
  while ((await metrics.sum('forecast_fits_total', { outcome: 'ok' })) < count) await setTimeout(100);
  // What is told last is exported yet.
  await setTimeout(1_000);
  const { user, system } = process.cpuUsage(began);
  const block = longest();
  await forecaster.close();
  rmSync(folder, { recursive: true });
  return { seconds: (user + system) / 1e6, block };
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
  /** What each answer over HTTP takes the loop to compute, milliseconds. */
  readonly times: readonly number[];
}

/** Scrapes `/metrics` of a process that forecasts so many series. */
export async function scrapes(series: number, rounds: number): Promise<Scrape> {
  const metrics: Metrics = createMetrics();
  const now = Date.now() / 1_000;
  const one = seriesOf(0, now);
  one.refit(now);
  const share = { '1d': 0.8, '7d': 0.8 };
  const figures = {
    ...one.figures(now),
    ...{ score: 0.5, limit: 900, breach: { '0': now, '0.8': now, '0.99': now } },
    coverage: { '0.8': share, '0.99': share },
    relativeError: { '1h': share, '24h': share },
  };
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
  const { body } = await metrics.render();
  const samples = body.match(/^tidewatch_forecast_.*\{target=/gm)?.length ?? 0;
  const times: number[] = [];
  for (let round = 0; round < rounds + 3; round++) {
    const began = ownMilliseconds();
    const [answer] = (await once(get(url), 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
    // The first ones find nothing compiled yet.
    if (round >= 3) times.push(ownMilliseconds() - began);
  }
  server.close();
  return { samples, times };
}

/** Time that this thread has computed, whoever else wants the processor. */
const ownMilliseconds = (): number =>
  Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;

/** Measures the longest turn of the loop, by what it computes. */
function watchTurns(): () => number {
  let before = ownMilliseconds();
  let longest = 0;
  const timer = setInterval(() => {
    const now = ownMilliseconds();
    longest = Math.max(longest, now - before);
    before = now;
  }, 1);
  return () => {
    clearInterval(timer);
    return longest;
  };
}
