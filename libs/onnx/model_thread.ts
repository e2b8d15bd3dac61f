/** The thread of one model: the runtime blocks whoever calls it. Started by `thread_start.ts`; it ends with its port. */
import { workerData } from 'node:worker_threads';
import { isTidewatchError } from '@tidewatch/event';
import { throughGate } from './gate.ts';
import type { Answer, Opening, Request, Rows } from './protocol.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import type { ThreadData } from './thread_start.ts';

const { port, gate } = workerData as ThreadData;
let runtime: Promise<Runtime> | undefined;
let turn: Promise<unknown> = Promise.resolve();

function open({ manifest, model }: Opening): void {
  runtime = throughGate(gate, () => openRuntime(manifest, model));
  turn = runtime.catch(() => {
    // Whoever asks is told.
  });
}

async function answer({ rows, count }: Rows): Promise<Answer> {
  try {
    const ready = await (runtime as Promise<Runtime>);
    return { scored: await throughGate(gate, () => ready.score(rows, count)), rows };
  } catch (error) {
    if (!isTidewatchError(error)) throw error;
    return { failure: { code: error.code, details: error.details }, rows };
  }
}

async function serve(id: number, request: Rows): Promise<void> {
  const given = await answer(request);
  const arrays: Float32Array[] = [given.rows, ...('scored' in given ? Object.values(given.scored) : [])];
  port.postMessage(
    { id, ok: true, ...given },
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

port.on('message', (request: Opening | (Request & { readonly id: number })) => {
  if ('end' in request) process.exit();
  if ('model' in request) open(request);
  else turn = turn.then(() => serve(request.id, request));
});
port.on('close', () => process.exit());
