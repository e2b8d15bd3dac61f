import { parentPort, workerData } from 'node:worker_threads';
import { type LoadSpec, load } from './load.ts';

/* The program of the thread that loads one source and ends. */

const loaded = await load(workerData as LoadSpec);
const { spaces, entries } = loaded.data;
parentPort?.postMessage(
  loaded,
  [...spaces.values(), entries].map(({ buffer }) => buffer as ArrayBuffer),
);
