import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../bundle.ts';
import { childSeconds } from '../child_seconds.ts';
import type { LogFiles } from './files.ts';

/** Lines per CPU-second of a command that prints JSON for the lines on its standard input, start-up included. */
function linesPerCpuSecond(file: string, lines: number, command: readonly string[]): number {
  const before = childSeconds();
  const input = openSync(file, 'r');
  const { status, stderr } = spawnSync('taskset', ['-c', '0', ...command], {
    stdio: [input, 'ignore', 'pipe'],
  });
  closeSync(input);
  if (status !== 0) throw new Error(`${command[0]} failed: ${stderr}`);
  return lines / (childSeconds() - before);
}

/** Lines per CPU-second for each of the two kinds of lines. */
export interface Parsed {
  readonly sshd: number;
  readonly nginx: number;
}

const peers = join(import.meta.dirname, 'peers');

export function lognormParses({ sshd, nginx, lines }: LogFiles): Parsed {
  const command = (kind: string) => ['lognormalizer', '-r', join(peers, `${kind}.rulebase`), '-e', 'json'];
  return {
    sshd: linesPerCpuSecond(sshd, lines / 2, command('sshd')),
    nginx: linesPerCpuSecond(nginx, lines / 2, command('nginx')),
  };
}

/**
 * Tidewatch's normaliser, from bytes to ECS bytes, bundled as the server is.
 *
 * @param parsers folders of parsers that are loaded
 */
export function tidewatchParses({ sshd, nginx, lines }: LogFiles, parsers: readonly string[] = []): Parsed {
  const directory = mkdtempSync(join(tmpdir(), 'tidewatch-parse-'));
  const outfile = bundle(join(import.meta.dirname, 'parse_lines.ts'), directory);
  const command = (source: string) => [process.execPath, outfile, source, ...parsers];
  const parsed = {
    sshd: linesPerCpuSecond(sshd, lines / 2, command('sshd')),
    nginx: linesPerCpuSecond(nginx, lines / 2, command('nginx')),
  };
  rmSync(directory, { recursive: true });
  return parsed;
}
