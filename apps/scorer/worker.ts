/** The scorer's thread (decision record 49). */
import { parentPort } from 'node:worker_threads';
import type { Request, ThreadWanted } from './protocol.ts';
import { createScoring } from './scoring.ts';

const answer = createScoring((port) => parentPort?.postMessage({ port } satisfies ThreadWanted, [port]));

parentPort?.on('message', ({ id, ...request }: Request & { readonly id: number }) => {
  answer(request as Request).then(
    (value) => {
      const moved = [value.batch?.matches, value.batch?.scores, value.snapshot].flatMap((bytes) =>
        bytes === undefined ? [] : [bytes.buffer as ArrayBuffer],
      );
      parentPort?.postMessage({ id, ok: true, ...value }, moved);
    },
    (error: Error) => parentPort?.postMessage({ id, ok: false, message: error.message }),
  );
});
