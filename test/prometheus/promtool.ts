import { spawnSync } from 'node:child_process';

/** Runs promtool (Debian's `prometheus`) and answers what it printed; throws where it fails. */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`promtool ${args.slice(0, 2).join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}
