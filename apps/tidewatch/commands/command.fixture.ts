import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

export interface Said {
  /** The exit code it would leave. */
  readonly status: number | string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** For tests: a command in this process, and what it says. */
export async function runCommand(
  create: (context: CommandContext) => Command,
  ...args: string[]
): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const command = create({
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
