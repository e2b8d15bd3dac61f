/** Says whether a thread is inside the runtime; once closed, no thread goes in. Shared memory of one number. */
export type Gate = Int32Array<SharedArrayBuffer>;

const [open, inside, shut] = [0, 1, 2];

export const createGate = (): Gate => new Int32Array(new SharedArrayBuffer(4));

/** Runs what must not be cut off. Where the gate is closed the thread waits for its end. */
export async function throughGate<T>(gate: Gate, run: () => Promise<T>): Promise<T> {
  if (Atomics.compareExchange(gate, 0, open, inside) === shut) Atomics.wait(gate, 0, shut);
  try {
    return await run();
  } finally {
    Atomics.store(gate, 0, open);
    Atomics.notify(gate, 0);
  }
}

/** Blocks until the thread is outside, and closes the gate. False where it stayed inside for so many milliseconds. */
export function closeGate(gate: Gate, ms: number): boolean {
  const until = performance.now() + ms;
  for (;;) {
    if (Atomics.compareExchange(gate, 0, open, shut) !== inside) return true;
    if (Atomics.wait(gate, 0, inside, Math.max(0, until - performance.now())) === 'timed-out') return false;
  }
}
