/** The detectors' thread, which ends in the middle of a batch as soon as there is a file `end` beside its own, and takes that away. */
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Request, ThreadData } from './protocol.ts';
import './worker.ts';

const sign = join(dirname((workerData as ThreadData).file), 'end');
parentPort?.on('message', ({ ask }: Request) => {
  if (ask !== 'take' || !existsSync(sign)) return;
  rmSync(sign);
  process.exit(3);
});
