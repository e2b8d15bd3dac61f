import { existsSync, readFileSync } from 'node:fs';

/** Milliseconds that this thread computed: a machine that is busy with others makes the clock useless for a limit. */
export const ownTime = existsSync('/proc/thread-self/schedstat')
  ? () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  : () => performance.now();

/** Notes the longest turn of this thread's loop, in milliseconds of its own, until it is stopped. */
export function watchLoop(): () => number {
  let longest = 0;
  let last = ownTime();
  let watching = true;
  const turn = (): void => {
    const now = ownTime();
    longest = Math.max(longest, now - last);
    last = now;
    if (watching) setImmediate(turn);
  };
  turn();
  return () => {
    watching = false;
    return longest;
  };
}
