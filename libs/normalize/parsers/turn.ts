import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets the event loop have a turn where the last one was long enough ago. */
export type Turn = () => Promise<void>;

const sliceMs = 10;

export function createTurn(): Turn {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < sliceMs) return;
    await nextTurn();
    began = performance.now();
  };
}
