/** The program of the thread that DuckDB runs in, started by `remote_engine.ts` with the engine's options as `workerData`. */
import { parentPort, workerData } from 'node:worker_threads';
import { isTidewatchError } from '@tidewatch/event';
import { type EngineOptions, openEngine } from './engine.ts';
import type { EngineAnswer, EngineCall } from './remote_engine.ts';

const opening = openEngine(workerData as EngineOptions);

async function answer({ call, operation, args }: EngineCall): Promise<EngineAnswer> {
  try {
    const engine = await opening;
    const run = engine[operation] as (...args: unknown[]) => Promise<unknown>;
    return { call, value: await run.apply(engine, [...args]) };
  } catch (error) {
    const { message, stack } = error as Error;
    if (isTidewatchError(error))
      return { call, failure: { message, code: error.code, details: error.details } };
    return { call, failure: { message, stack } };
  }
}

parentPort?.on('message', (message: EngineCall) => {
  answer(message).then((result) => parentPort?.postMessage(result));
});
