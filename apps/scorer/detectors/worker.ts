/** The detectors' thread (decision record 50). */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine, type Engine } from './engine.ts';
import { openKept } from './kept.ts';
import type { Answers, Request, ThreadData } from './protocol.ts';
import type { Finding } from './watch.ts';

const { file } = workerData as ThreadData;
let opened: Engine | undefined;
const lost: string[] = [];

function engine(): Engine {
  opened ??= createEngine(openKept(file), (reason) => lost.push(reason));
  return opened;
}

function answer(request: Exclude<Request, { ask: 'take' | 'advance' }>): Answers[keyof Answers] {
  switch (request.ask) {
    case 'load': {
      const { positions } = engine();
      const saved = new Map(positions);
      engine().load(request.detecting);
      return saved;
    }
    case 'save':
      return engine().save();
    case 'state':
      return engine().state();
    case 'quiet':
      return engine().quiet(request.now);
    case 'entities':
      return engine().entities(request.detector, request.asked);
    case 'said':
      return engine().said(request.detector, request.values, request.classes);
    case 'classes':
      return engine().classes(request.detector);
    case 'forget':
      return engine().forget(request.detector, request.dataClass);
    case 'due':
    case 'expire':
      return engine()[request.ask](request.dataClass, request.before);
    case 'close':
      return engine().close() as undefined;
  }
}

/** Between slices messages are looked at: who only reads need not wait for all of a batch. */
async function inSlices(id: number, slices: Iterable<readonly Finding[]>): Promise<undefined> {
  for (const part of slices) {
    if (part.length > 0) parentPort?.postMessage({ id, part });
    await setImmediate();
  }
}

async function reply({ id, ...message }: Request & { readonly id: number }): Promise<void> {
  const request = message as Request;
  try {
    const value =
      request.ask === 'take'
        ? await inSlices(id, engine().take(request.taken))
        : request.ask === 'advance'
          ? await inSlices(id, engine().advance(request.time))
          : answer(request);
    parentPort?.postMessage({ id, ok: true, value, lost: lost.splice(0) });
  } catch (error) {
    parentPort?.postMessage({ id, ok: false, message: (error as Error).message });
    // Half of a batch may be learnt, or a transaction lost: the thread ends, and another goes on from what the file says.
    throw error;
  }
}

const reading: ReadonlySet<Request['ask']> = new Set(['state', 'quiet', 'entities', 'said']);
let turn = Promise.resolve();

parentPort?.on('message', (message: Request & { readonly id: number }) => {
  if (reading.has(message.ask)) void reply(message);
  else turn = turn.then(() => reply(message));
});
