import { spawnSync } from 'node:child_process';
import { root } from '../../require.ts';
import { childSeconds } from '../child_seconds.ts';

/** Runs a command on one core; gives what it printed and the CPU-seconds it took as a whole. */
export function runPinned(command: string, args: readonly string[]): { output: string; seconds: number } {
  const before = childSeconds();
  const { status, stdout, stderr } = spawnSync('taskset', ['-c', '0', command, ...args], {
    encoding: 'utf8',
    cwd: root,
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`${command} ${args[0]} ended with ${status}: ${stderr.slice(-2_000)}`);
  return { output: stdout, seconds: childSeconds() - before };
}

/** Runs a program of {@link bundle} that prints one line of JSON. */
export const runProgram = <T>(program: string, options: object, events: string): T =>
  JSON.parse(runPinned(process.execPath, [program, JSON.stringify(options), events]).output) as T;

/** Brings the server's bundle up to date. */
export function build(): void {
  const { status, stderr } = spawnSync(process.execPath, ['apps/tidewatch/bin/tidewatch.mjs', '--version'], {
    encoding: 'utf8',
    cwd: root,
  });
  if (status !== 0) throw new Error(`The server cannot be built: ${stderr}`);
}
