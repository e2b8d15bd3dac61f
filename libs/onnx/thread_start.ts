import type { MessagePort, Worker } from 'node:worker_threads';
import { startWorker } from '@tidewatch/plugin';
import { closeGate, createGate, type Gate } from './gate.ts';

/** Starts the thread of a model, which answers on the port and ends when the port's other end is closed or gone. */
export type StartModelThread = (port: MessagePort) => void;

/** What a thread of a model is given at its start. */
export interface ThreadData {
  readonly port: MessagePort;
  readonly gate: Gate;
}

const gates = new Set<Gate>();
/** A run takes milliseconds; so long one is waited for when the process ends, milliseconds. */
const exitMs = 2_000;

/**
 * Starts the thread of a model. It is never ended from outside: where that happens while the runtime is at work, the runtime ends the
 * process (exit code 134). So a thread that may be terminated leaves the start to the main thread.
 *
 * @param program `model_thread.ts` or its bundle
 */
export function startModelThread(program: URL, port: MessagePort): Worker {
  if (gates.size === 0) process.on('exit', closeGates);
  const gate = createGate();
  gates.add(gate);
  const workerData: ThreadData = { port, gate };
  const thread = startWorker(program, { workerData, transferList: [port], env: {} });
  thread.on('exit', () => {
    gates.delete(gate);
    if (gates.size === 0) process.off('exit', closeGates);
  });
  thread.unref();
  return thread;
}

/** The end of a process ends its threads: none may be inside the runtime by then. */
function closeGates(): void {
  const until = performance.now() + exitMs;
  for (const gate of gates) {
    if (closeGate(gate, until - performance.now())) continue;
    // It would be ended by the runtime else, or wait without end for it.
    process.kill(process.pid, 'SIGKILL');
  }
}
