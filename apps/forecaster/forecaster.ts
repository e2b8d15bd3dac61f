import type { Worker } from 'node:worker_threads';
import { startWorker } from '@tidewatch/plugin';
import type { Logger, Metrics } from '@tidewatch/telemetry';
import type { EngineConfig, Overview } from './engine.ts';
import { errors } from './errors.ts';
import { createExports } from './exports.ts';
import type { Detail } from './figures.ts';
import { createSampler } from './internal_series.ts';
import type { Answer, Request, ThreadData } from './protocol.ts';

const minuteMs = 60_000;
/** After the minute is over, so that what counts has counted. */
const afterMs = 250;
const restartMs = 10_000;
const closeMs = 8_000;
const answerMs = 30_000;
/** MiB that the thread's own objects may take, beside typed arrays. */
const threadMiB = 1_024;

export interface ForecasterOptions {
  readonly config: EngineConfig;
  /** Where series are kept. */
  readonly folder: string;
  /** The program of the thread: `thread.ts`. */
  readonly worker: URL;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Told after each minute; with a reason where something is not as it should be. */
  readonly onState?: (reason: string | undefined) => void;
}

/** The role that says what is expected of series, and how far off what comes is. */
export interface Forecaster {
  /** What is known, and of when (epoch seconds); undefined until the thread has told something. */
  readonly overview: () => { readonly time: number; readonly overview: Overview } | undefined;
  /**
   * Rejects with `FORECASTER_AWAY` (503) where the thread does not answer.
   *
   * @param from epoch seconds
   * @returns undefined where no series has that name
   */
  readonly detail: (name: string, from: number, points: number) => Promise<Detail | undefined>;
  /**
   * Takes what is off of a series for its new level: somebody knows why. Rejects as {@link Forecaster.detail} does.
   *
   * @returns false where nothing is off, undefined where no series has that name
   */
  readonly acknowledge: (name: string) => Promise<boolean | undefined>;
  /** Measures now rather than at the end of the minute. */
  readonly tick: () => Promise<void>;
  /** Writes down what is known, and ends. */
  readonly close: () => Promise<void>;
}

/** Starts the thread that forecasts, gives it what Tidewatch measures of itself each minute, and exports what it says. */
export function startForecaster(options: ForecasterOptions): Forecaster {
  const { config, folder, metrics, log, onState } = options;
  const sample = createSampler(metrics, config.targets);
  const exportAll = createExports(metrics);
  const waiting = new Map<number, (answer: never) => void>();
  let known: ReturnType<Forecaster['overview']>;
  let asked = 0;
  let closing = false;
  let closed: (() => void) | undefined;
  let restart: NodeJS.Timeout | undefined;
  let exporting = Promise.resolve();
  /** Whether the thread has said something; before, it has nothing to write down. */
  let runs = false;

  let worker: Worker | undefined = start();

  function start(): Worker {
    const data: ThreadData = { config, folder };
    const started = startWorker(options.worker, {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: threadMiB },
    });
    started.on('message', (answer: Answer) => hear(answer));
    started.on('error', (error) => log.error({ reason: error.message }, 'The thread that forecasts failed'));
    started.on('exit', () => ended());
    started.unref();
    runs = false;
    return started;
  }

  function ended(): void {
    worker = undefined;
    for (const done of waiting.values()) done(errors.FORECASTER_AWAY() as never);
    closed?.();
    if (closing) return;
    onState?.('The thread that forecasts ended; it is started again.');
    restart = setTimeout(() => {
      worker = start();
    }, restartMs);
    restart.unref();
  }

  function hear(answer: Answer): void {
    runs = true;
    if (answer.tell === 'overview') {
      const { time, overview } = answer;
      known = { time, overview };
      exporting = exporting
        .then(() => exportAll(overview))
        .catch((error: Error) => log.error({ reason: error.message }, 'Forecasts were not exported'));
      onState?.(overview.away === undefined ? undefined : `Prometheus does not answer: ${overview.away}`);
    } else if (answer.tell === 'detail' || answer.tell === 'acknowledged')
      waiting.get(answer.id)?.(answer.answer as never);
    else if (answer.tell === 'log') log[answer.level](answer.fields, answer.message);
    else if (answer.tell === 'fitted') {
      metrics.count('forecast_fits_total', { outcome: answer.outcome });
      if (answer.outcome === 'ok')
        metrics.observe('forecast_fit_duration_seconds', { method: answer.method }, answer.seconds);
    } else if (answer.tell === 'queried')
      metrics.count('forecast_queries_total', { outcome: answer.outcome });
    else closed?.();
  }

  const send = (request: Request): void => worker?.postMessage(request);

  function ask<T>(request: (id: number) => Request): Promise<T> {
    const id = asked++;
    return new Promise<T>((resolve, reject) => {
      const late = setTimeout(() => waiting.get(id)?.(errors.FORECASTER_AWAY() as never), answerMs);
      waiting.set(id, (answer: T | Error) => {
        clearTimeout(late);
        waiting.delete(id);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
      if (worker === undefined) waiting.get(id)?.(errors.FORECASTER_AWAY() as never);
      else send(request(id));
    });
  }

  async function tick(): Promise<void> {
    const time = Date.now() / 1_000;
    send({ ask: 'tick', time, measured: await sample(time) });
  }

  let timer: NodeJS.Timeout;
  function atMinutesEnd(): void {
    const now = Date.now();
    timer = setTimeout(
      () => {
        tick().catch((error: Error) =>
          log.error({ reason: error.message }, 'Measuring for forecasts failed'),
        );
        atMinutesEnd();
      },
      minuteMs - (now % minuteMs) + afterMs,
    );
    timer.unref();
  }
  tick().catch((error: Error) => log.error({ reason: error.message }, 'Measuring for forecasts failed'));
  atMinutesEnd();

  return {
    overview: () => known,
    detail: (name, from, points) =>
      ask((id) => ({ ask: 'detail', id, name, from, time: Date.now() / 1_000, points })),
    acknowledge: (name) => ask((id) => ({ ask: 'acknowledge', id, name, time: Date.now() / 1_000 })),
    tick,
    async close() {
      if (closing) return;
      closing = true;
      clearTimeout(timer);
      clearTimeout(restart);
      const thread = worker;
      if (thread === undefined) return;
      if (!runs) return void (await thread.terminate());
      // A process that waits for nothing else waits for what is to be written.
      thread.ref();
      await new Promise<void>((done) => {
        closed = done;
        setTimeout(done, closeMs).unref();
        send({ ask: 'close' });
      });
      await thread.terminate();
      await exporting;
    },
  };
}
