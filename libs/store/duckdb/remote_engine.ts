import type { Worker } from 'node:worker_threads';
import { startWorker } from '@tidewatch/plugin';
import { errors } from '../errors.ts';
import type { Engine, EngineOptions } from './engine.ts';

export interface EngineCall {
  readonly call: number;
  readonly operation: keyof Engine;
  readonly args: readonly unknown[];
}

export type EngineAnswer =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly failure: EngineFailure };

/** An error as it is sent between threads; `code` and `details` where it is an expected one. */
interface EngineFailure {
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Opens DuckDB in a thread of its own, so that making rows of documents takes no time of this one. Should the thread
 * end by itself, everything rejects from then on.
 */
export function openRemoteEngine(program: URL, options: EngineOptions): Engine {
  const worker = startWorker(program, { workerData: options });
  const pending = new Map<number, Pending>();
  let calls = 0;
  let ended: Error | undefined;

  function end(error: Error): void {
    ended ??= error;
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  }
  worker.on('error', end);
  worker.on('exit', () => end(errors.STORE_CLOSED()));
  worker.on('message', (answer: EngineAnswer) => {
    const waiting = pending.get(answer.call);
    pending.delete(answer.call);
    if ('failure' in answer) waiting?.reject(errorOf(answer.failure));
    else waiting?.resolve(answer.value as never);
  });

  function call<T>(
    operation: keyof Engine,
    args: readonly unknown[],
    handedOver: readonly ArrayBuffer[] = [],
  ): Promise<T> {
    if (ended !== undefined) return Promise.reject(ended);
    return new Promise<T>((resolve, reject) => {
      pending.set(++calls, { resolve, reject });
      worker.postMessage({ call: calls, operation, args } satisfies EngineCall, handedOver);
    });
  }

  return {
    attach: (...args) => call('attach', args),
    detach: (...args) => call('detach', args),
    read: (...args) => call('read', args),
    background: (...args) => call('background', args),
    readAsWriter: (...args) => call('readAsWriter', args),
    run: (...args) => call('run', args),
    append: (...args) => call('append', args),
    commitEvents: (alias, batch, positions) =>
      call(
        'commitEvents',
        [alias, batch, positions],
        Object.values(batch).map(({ buffer }) => buffer),
      ),
    close: () => close(worker, call('close', [])),
  };
}

async function close(worker: Worker, closed: Promise<void>): Promise<void> {
  try {
    await closed;
  } finally {
    await worker.terminate();
  }
}

function errorOf({ message, stack, code, details }: EngineFailure): Error {
  if (code !== undefined) return errors[code as keyof typeof errors](details);
  return Object.assign(new Error(message), { stack });
}
