import { setFlagsFromString } from 'node:v8';

let enabled = false;

/**
 * Says why a regular expression could take more than linear time, for people; undefined where it can't. V8 runs what
 * passes on its back-tracking engine, and hands over to its linear-time one when that backtracks too much; with the flag
 * `l` it runs on that one alone.
 */
export function linearPattern(pattern: string): string | undefined {
  if (!enabled) {
    setFlagsFromString('--enable-experimental-regexp-engine');
    setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
    enabled = true;
  }
  try {
    new RegExp(pattern);
  } catch (error) {
    return (error as Error).message;
  }
  try {
    // Only with this flag does V8 refuse what its linear-time engine can't run.
    new RegExp(pattern, 'l');
    return undefined;
  } catch {
    return 'has look-around, a back-reference or a high count such as {1,100}, with which it could take time without bounds';
  }
}
