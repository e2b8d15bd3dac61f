import { join } from 'node:path';
import { sigmaCommand } from '../commands/sigma.ts';

/** For tests: `tidewatch sigma …` in this process, what it says, and the exit code it would leave. */
export async function sigma(
  ...args: string[]
): Promise<{ status: number | string | undefined; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const command = sigmaCommand({
    root: join(import.meta.dirname, '../../..'),
    print: (text) => {
      said.stdout += `${text}\n`;
    },
    say: (text) => {
      said.stderr += `${text}\n`;
    },
  });
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await command.parseAsync(args, { from: 'user' });
    return { status: process.exitCode, ...said };
  } finally {
    process.exitCode = before;
  }
}
