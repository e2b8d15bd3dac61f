import { setImmediate } from 'node:timers/promises';

/** Work longer than this gives the event loop a turn. */
const sliceMs = 8;

/** Makes a function to call now and then in a long loop: it answers a promise to await when a turn is due. */
export function createSlices(): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (performance.now() - began < sliceMs) return undefined;
    return setImmediate().then(() => {
      began = performance.now();
    });
  };
}
