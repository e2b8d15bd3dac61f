import { existsSync, readFileSync } from 'node:fs';

/** Milliseconds that this thread computed: a machine that is busy with others makes the clock useless for a limit. */
export const ownTime = existsSync('/proc/thread-self/schedstat')
  ? () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  : () => performance.now();
