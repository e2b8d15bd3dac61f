/** The thread of one model: the runtime blocks whoever calls it. Started by `model_worker.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { isTidewatchError } from '@tidewatch/event';
import type { Answer, Request, Rows, ThreadData } from './protocol.ts';
import { openRuntime } from './runtime.ts';

const { manifest, model } = workerData as ThreadData;
const runtime = openRuntime(manifest, model);
// Whoever asks is told.
runtime.catch(() => {});

async function answer({ rows, count }: Rows): Promise<Answer> {
  try {
    return { scored: await (await runtime).score(rows, count) };
  } catch (error) {
    if (!isTidewatchError(error)) throw error;
    return { failure: { code: error.code, details: error.details } };
  }
}

parentPort?.on('message', async (request: Request & { readonly id: number }) => {
  if ('end' in request) process.exit();
  const given = await answer(request);
  const moved =
    'scored' in given ? Object.values(given.scored).map(({ buffer }) => buffer as ArrayBuffer) : [];
  parentPort?.postMessage({ id: request.id, ok: true, ...given }, moved);
});
