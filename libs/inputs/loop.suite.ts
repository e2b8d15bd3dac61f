import { ownTime } from '../../test/own_time.ts';

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
