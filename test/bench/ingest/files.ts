import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nginxLines, sshdLines } from '../lines.ts';

/** The two log files that every system reads, and how many lines they hold together. */
export interface LogFiles {
  readonly sshd: string;
  readonly nginx: string;
  readonly lines: number;
}

/** Writes the files once for all rounds. */
export function writeLogFiles(directory: string, linesEach: number): LogFiles {
  const start = Date.now() - 3_600_000;
  const sshd = join(directory, 'auth.log');
  const nginx = join(directory, 'access.log');
  writeFileSync(sshd, `${sshdLines(linesEach, 1, start).join('\n')}\n`);
  writeFileSync(nginx, `${nginxLines(linesEach, 2, start).join('\n')}\n`);
  return { sshd, nginx, lines: 2 * linesEach };
}
