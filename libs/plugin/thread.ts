import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker from its program. In development the program is TypeScript, and the thread first registers tsx:
 * `--import tsx` does so only in the main thread of Node 20.
 */
export function startWorker(program: URL, options: WorkerOptions): Worker {
  if (!program.pathname.endsWith('.ts')) return new Worker(program, { execArgv: [], ...options });
  // A require resolves to the CommonJS build, whose own imports don't work in an evaluated thread.
  const tsx = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/cjs$/, 'mjs'),
  ).href;
  const boot = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(program.href)}); })`;
  return new Worker(boot, { execArgv: [], ...options, eval: true });
}
