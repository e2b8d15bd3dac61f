import { once } from 'node:events';
import { startWorker } from '@tidewatch/plugin';
import type { Loaded, LoadSpec } from './load.ts';

export type Loader = (spec: LoadSpec) => Promise<Loaded>;

/** MiB that a thread's own objects may take, beside the index: a document beyond that fails alone. */
const threadMiB = 2_048;

/**
 * Loads sources in threads of their own, one at a time, so that neither the event loop nor the memory suffers.
 * Rejects with a sentence for people where a thread fails.
 *
 * @param program of the thread
 */
export function createLoader(program: URL): Loader {
  let turn: Promise<unknown> = Promise.resolve();
  return (spec) => {
    const loaded = turn.then(() => loadInThread(program, spec));
    turn = loaded.catch(() => {});
    return loaded;
  };
}

async function loadInThread(program: URL, spec: LoadSpec): Promise<Loaded> {
  const worker = startWorker(program, {
    workerData: spec,
    resourceLimits: { maxOldGenerationSizeMb: threadMiB },
  });
  const end = new AbortController();
  try {
    return await Promise.race([
      once(worker, 'message', { signal: end.signal }).then(([loaded]) => loaded as Loaded),
      // `once` above rejects with the worker's own error.
      once(worker, 'exit', { signal: end.signal }).then(() => {
        throw new Error('the thread that reads it ended before its time');
      }),
    ]);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_WORKER_OUT_OF_MEMORY')
      throw new Error(`reading it takes more than ${threadMiB} MiB of memory: divide it into smaller files`);
    throw new Error(message);
  } finally {
    end.abort();
    await worker.terminate();
  }
}
