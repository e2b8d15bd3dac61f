/** The detector's thread (decision record 15). */
import { parentPort } from 'node:worker_threads';
import { createDetection } from './detection.ts';
import type { Answer, Request } from './protocol.ts';

/** Batches that come while rules are being loaded wait for them. */
let created: ReturnType<typeof createDetection> | undefined;

async function answer(request: Request): Promise<Omit<Extract<Answer, { ok: true }>, 'id' | 'ok'>> {
  if (request.ask === 'load') {
    created = createDetection(request.sources, request.shards);
    const { loaded } = await created;
    return { loaded };
  }
  if (created === undefined) throw new Error('no rules are loaded yet');
  const { detection } = await created;
  const { matches, ...others } = detection.detect(request.partition, request.offsets, request.events);
  return { matches: new TextEncoder().encode(JSON.stringify(matches)), ...others };
}

parentPort?.on('message', (request: Request) => {
  answer(request).then(
    (value) => {
      const { matches } = value;
      parentPort?.postMessage(
        { id: request.id, ok: true, ...value },
        matches === undefined ? [] : [matches.buffer as ArrayBuffer],
      );
    },
    (error: Error) => parentPort?.postMessage({ id: request.id, ok: false, message: error.message }),
  );
});
