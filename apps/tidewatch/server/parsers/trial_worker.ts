/** The thread that tries parsers, so that whatever they take is taken from nobody else. Started by `trial_thread.ts`. */
import { parentPort } from 'node:worker_threads';
import { parserOnDemand } from '@tidewatch/normalize';
import type { AskedTrial } from './trial_thread.ts';
import { createTrials, type Trials } from './trials.ts';

let trials: Trials = createTrials([]);

async function answer(request: AskedTrial): Promise<object> {
  if ('trial' in request) return { tried: await trials[request.trial](request.asked as never) };
  const parsers = request.parsers.map(({ text, file }) => parserOnDemand(text, file, {}));
  trials = createTrials(parsers.flatMap((parser) => ('issues' in parser ? [] : [parser])));
  return {};
}

parentPort?.on('message', ({ id, ...request }: AskedTrial & { readonly id: number }) => {
  answer(request).then(
    (good) => parentPort?.postMessage({ id, ok: true, ...good }),
    (error: Error) => parentPort?.postMessage({ id, ok: false, message: error.message }),
  );
});
