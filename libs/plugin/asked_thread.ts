import type { MessagePort, Worker, WorkerOptions } from 'node:worker_threads';
import { pluginErrors } from './errors.ts';
import { startWorker } from './thread.ts';

/** A thread that answers requests. Its program posts `{ id, ok: true, … }` or `{ id, ok: false, message }` for each. */
export interface AskedThread<Ask extends object, Good> {
  /**
   * Rejects with `THREAD_TIME`, `THREAD_MEMORY`, the error that ended the thread, or what it says itself.
   *
   * @param moved memory of the request that goes over to the thread instead of being copied
   */
  ask(request: Ask, timeoutMs: number, moved?: readonly ArrayBuffer[]): Promise<Good>;
  end(): Promise<void>;
}

type Answered<Good> =
  | ({ readonly id: number; readonly ok: true } & Good)
  | { readonly id: number; readonly ok: false; readonly message: string };

/** Who uses it ends it where it took too long: only that stops what it is at. It keeps no process alive. */
export function startAskedThread<Ask extends object, Good>(
  program: URL,
  options: WorkerOptions,
): AskedThread<Ask, Good> {
  const worker = startWorker(program, options);
  const { ask, fail } = askOver<Ask, Good>(worker);
  worker.on('error', (error: NodeJS.ErrnoException) =>
    fail(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? pluginErrors.THREAD_MEMORY({ reason: error.message })
        : error,
    ),
  );
  worker.on('exit', (code) => fail(new Error(`it ended its thread (exit code ${code})`)));
  worker.unref();
  return {
    ask,
    async end() {
      await worker.terminate();
    },
  };
}

/** The asking part of an {@link AskedThread}, over a thread or a port to one; `fail` rejects all that is asked, now and later. */
export function askOver<Ask extends object, Good>(
  worker: Worker | MessagePort,
): Pick<AskedThread<Ask, Good>, 'ask'> & { fail(error: Error): void } {
  const waiting = new Map<number, { resolve(answer: Good): void; reject(error: Error): void }>();
  let next = 0;
  let gone: Error | undefined;
  const fail = (error: Error): void => {
    gone ??= error;
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };
  const heard = (answer: Answered<Good>): void => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.ok) asked?.resolve(answer);
    else asked?.reject(new Error(answer.message));
  };
  worker.on('message', heard);
  return {
    async ask(request, timeoutMs, moved = []) {
      if (gone !== undefined) throw gone;
      const id = next++;
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise<Good>((resolve, reject) => {
          timer = setTimeout(() => reject(pluginErrors.THREAD_TIME({ ms: timeoutMs })), timeoutMs);
          waiting.set(id, { resolve, reject });
          worker.postMessage({ id, ...request }, moved);
        });
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
      }
    },
    fail,
  };
}
