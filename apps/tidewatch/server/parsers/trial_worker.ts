/** The thread that tries parsers, so that whatever they take is taken from nobody else. Started by `trial_thread.ts`. */
import { parentPort } from 'node:worker_threads';
import { parserOnDemand } from '@tidewatch/normalize';
import type { AskedTrial } from './trial_thread.ts';
import { createTrials, type Trials } from './trials.ts';

let trials: Trials = createTrials([]);

async function answer({ parsers, trial, asked }: AskedTrial): Promise<object> {
  if (parsers !== undefined)
    trials = createTrials(
      parsers.flatMap(({ text, file }) => {
        const parser = parserOnDemand(text, file, {});
        return 'issues' in parser ? [] : [parser];
      }),
    );
  return { tried: await trials[trial](asked as never) };
}

parentPort?.on('message', ({ id, ...request }: AskedTrial & { readonly id: number }) => {
  answer(request).then(
    (good) => parentPort?.postMessage({ id, ok: true, ...good }),
    (error: Error) => parentPort?.postMessage({ id, ok: false, message: error.message }),
  );
});
