/** The detector's thread (decision record 15). */
import { parentPort } from 'node:worker_threads';
import { type Compiled, carryCosts, createDetection } from './detection.ts';
import type { Answer, Request } from './protocol.ts';

/** Batches that come before the first rules are loaded wait for them; later ones are served by those in force. */
let inForce: Promise<Compiled> | undefined;

async function load({ sources, shards, costs }: Extract<Request, { ask: 'load' }>): Promise<Compiled> {
  const before = await inForce?.catch(() => undefined);
  const next = createDetection(sources, shards, before?.set);
  inForce = before === undefined ? next : inForce;
  const compiled = await next;
  carryCosts(before?.loaded.costs ?? costs, compiled.loaded.costs);
  inForce = Promise.resolve(compiled);
  return compiled;
}

async function answer(request: Request): Promise<Omit<Extract<Answer, { ok: true }>, 'id' | 'ok'>> {
  if (request.ask === 'load') return { loaded: (await load(request)).loaded };
  if (inForce === undefined) throw new Error('no rules are loaded yet');
  const { detection } = await inForce;
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
