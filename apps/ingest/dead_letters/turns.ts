import { setImmediate } from 'node:timers/promises';

/** Work on letters gives the event loop a turn after so long, in milliseconds. */
const sliceMs = 5;

/** Makes a function to call after each letter: it answers a promise to await when a turn is due. */
export function createTurns(): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (performance.now() - began < sliceMs) return undefined;
    return setImmediate().then(() => {
      began = performance.now();
    });
  };
}
