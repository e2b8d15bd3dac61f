/**
 * The thread that forecasts: to fit a series takes a good part of a second, and answers of a Prometheus may be large.
 * Started by `forecaster.ts`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine, type Engine, type EngineEvents } from './engine.ts';
import type { Detail } from './figures.ts';
import { openKept } from './keeper.ts';
import type { Answer, Request, ThreadData } from './protocol.ts';

const { config, folder } = workerData as ThreadData;
const tell = (answer: Answer, moved: ArrayBuffer[] = []): void => parentPort?.postMessage(answer, moved);
const events: EngineEvents = {
  log: (level, fields, message) => tell({ tell: 'log', level, fields, message }),
  fitted: (outcome, method, seconds) => tell({ tell: 'fitted', outcome, method, seconds }),
  queried: (outcome) => tell({ tell: 'queried', outcome }),
};
const kept = await openKept(folder, Date.now() / 1_000, (file) =>
  events.log('warn', { file }, 'The file of a series was damaged, and is made anew'),
);
const ending = new AbortController();
const ended = new Promise((done) => ending.signal.addEventListener('abort', done));
const opening = createEngine(config, kept, events, ending.signal);
let turn: Promise<unknown> = opening.then((engine) => tellAll(engine, Date.now() / 1_000));
let polling: Promise<unknown> | undefined;
let unkept: string | undefined;

const tellAll = (engine: Engine, time: number): void =>
  tell({ tell: 'overview', time, overview: engine.overview(time) });

async function tick({ time, measured }: Extract<Request, { ask: 'tick' }>): Promise<void> {
  const engine = await opening;
  // Where not all was read, what is not there is not new.
  if (ending.signal.aborted) return;
  engine.take(time, measured);
  await keep(engine, time);
  tellAll(engine, time);
  // To catch up with weeks of Prometheus' history takes minutes: what came by itself does not wait for it.
  polling ??= engine
    .poll(time)
    .catch((error: Error) => events.log('warn', { reason: error.message }, 'Asking Prometheus failed'))
    .finally(() => {
      polling = undefined;
    });
  await Promise.race([polling, turnOver(), ended]);
  await engine.refit(time);
  tellAll(engine, time);
}

/** So long the values of this minute are waited for. */
const turnOver = () => new Promise((done) => setTimeout(done, 5_000));

/** A full disk is told once: what was to be written is still in memory. */
async function keep(engine: Engine, time: number): Promise<void> {
  const reason = await engine.keep(time).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (reason !== undefined && reason !== unkept)
    events.log('warn', { reason }, 'Values for forecasts could not be written down');
  unkept = reason;
}

const buffersOf = ({ future, ...past }: Detail): ArrayBuffer[] =>
  [
    ...Object.values(past),
    future.times,
    future.expected,
    ...Object.values(future.inner),
    ...Object.values(future.outer),
  ].map(({ buffer }) => buffer as ArrayBuffer);

/** Does not wait for what is under way. */
async function answer(request: Extract<Request, { readonly id: number }>): Promise<void> {
  const { id, name, time } = request;
  const engine = await opening;
  if (request.ask === 'detail') {
    const detail = engine.detail(name, request.from, time, request.points);
    tell({ tell: 'detail', id, answer: detail }, detail === undefined ? [] : buffersOf(detail));
    return;
  }
  const taken = engine.acknowledge(name);
  if (taken) {
    turn = turn.then(() => keep(engine, time));
    tellAll(engine, time);
  }
  tell({ tell: 'acknowledged', id, answer: taken });
}

parentPort?.on('message', (request: Request) => {
  if (request.ask === 'tick') turn = turn.then(() => tick(request));
  else if (request.ask === 'close') {
    ending.abort();
    turn = turn
      .then(async () => (await opening).close())
      .catch((error: Error) =>
        events.log('warn', { reason: error.message }, 'Not all forecasts were written down'),
      )
      .finally(() => tell({ tell: 'closed' }));
  } else void answer(request);
});
