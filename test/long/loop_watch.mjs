/**
 * Preloaded into a process, notes each stretch of over 10 ms of CPU time that its main thread took without looking at a
 * timer, as lines of `epoch-ms milliseconds` in the file `LOOP_WATCH`. CPU time, so that a busy machine blames nobody.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.LOOP_WATCH;
if (isMainThread && file !== undefined && process.platform === 'linux') {
  const cpuMs = () =>
    Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ', 1)[0]) / 1e6;
  let before = cpuMs();
  setInterval(() => {
    const now = cpuMs();
    if (now - before > 10) appendFileSync(file, `${Date.now()} ${(now - before).toFixed(1)}\n`);
    before = cpuMs();
  }, 2).unref();
}
