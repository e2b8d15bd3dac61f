/** The detectors' thread (decision record 50). */
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine, type Engine } from './engine.ts';
import { openKept } from './kept.ts';
import type { Answers, Request, ThreadData } from './protocol.ts';

const { file } = workerData as ThreadData;
let opened: Engine | undefined;
const lost: string[] = [];

function engine(): Engine {
  opened ??= createEngine(openKept(file), (reason) => lost.push(reason));
  return opened;
}

function answer(request: Request): Answers[keyof Answers] {
  switch (request.ask) {
    case 'load': {
      const { positions } = engine();
      const saved = new Map(positions);
      engine().load(request.detecting);
      return saved;
    }
    case 'take':
      return engine().take(request.taken);
    case 'advance':
      return engine().advance(request.time);
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
    case 'forget':
      return engine().forgetDetector(request.detector) as undefined;
    case 'expire':
      return engine().expire(request.before);
    case 'close':
      return engine().close() as undefined;
  }
}

parentPort?.on('message', ({ id, ...request }: Request & { readonly id: number }) => {
  try {
    const value = answer(request as Request);
    parentPort?.postMessage({ id, ok: true, value, lost: lost.splice(0) });
  } catch (error) {
    parentPort?.postMessage({ id, ok: false, message: (error as Error).message });
  }
});
