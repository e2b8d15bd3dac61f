import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from '../../require.ts';
import { childSeconds } from '../child_seconds.ts';

/** Bundles a program of this folder, as the server is bundled; gives its path. */
export function bundle(name: string, into: string): string {
  const outfile = join(into, `${name}.mjs`);
  buildSync({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    absWorkingDir: root,
    // CommonJS packages inside the bundle still ask for it.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
  return outfile;
}

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
