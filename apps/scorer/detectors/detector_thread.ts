import { startWorker } from '@tidewatch/plugin';
import { detectorErrors } from './errors.ts';
import type { Answers, Request, ThreadData } from './protocol.ts';
import type { Finding } from './watch.ts';

type Answer = { readonly id: number } & (
  | { readonly part: readonly Finding[] }
  | { readonly ok: true; readonly value: unknown; readonly lost: readonly string[] }
  | { readonly ok: false; readonly message: string }
);

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onPart: ((findings: readonly Finding[]) => void) | undefined;
}

/** The detectors' thread. What changes it is done in order, what only reads is answered in between; all that waits rejects with `DETECTORS_AWAY` where it ends. */
export interface DetectorThread {
  ask<R extends Request>(
    request: R,
    moved?: readonly ArrayBuffer[],
    onPart?: (findings: readonly Finding[]) => void,
  ): Promise<Answers[R['ask']]>;
  /** Resolves with why, when it has ended without being told to. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/** @param lost told where what an entity's forest had learnt could not be read */
export function startDetectorThread(
  program: URL,
  workerData: ThreadData,
  lost: (reason: string) => void,
): DetectorThread {
  const worker = startWorker(program, { workerData });
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let isGone = false;
  let isClosing = false;
  const ended = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      isGone = true;
      for (const { reject } of waiting.values()) reject(detectorErrors.DETECTORS_AWAY());
      waiting.clear();
      if (!isClosing) resolve(reason);
    };
    worker.on('error', (error) => end(error.message));
    worker.on('exit', (code) => end(`it ended with exit code ${code}`));
  });
  worker.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id);
    if ('part' in answer) return asked?.onPart?.(answer.part);
    waiting.delete(answer.id);
    if (!answer.ok) return asked?.reject(new Error(answer.message));
    for (const reason of answer.lost) lost(reason);
    asked?.resolve(answer.value);
  });

  return {
    ask: (request, moved = [], onPart) =>
      new Promise((resolve, reject) => {
        if (isGone) return reject(detectorErrors.DETECTORS_AWAY());
        const id = next++;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, onPart });
        worker.postMessage({ id, ...request }, [...moved]);
      }),
    ended,
    async close() {
      isClosing = true;
      await worker.terminate();
    },
  };
}
