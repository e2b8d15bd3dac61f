import type { AuditVerdict } from '@tidewatch/api/schemas';
import { Command, InvalidArgumentError } from 'commander';
import { askServer } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, type ServerOptions, withServer } from './server.ts';

interface Head {
  readonly seq: number;
  readonly hash: string;
}

interface VerifyOptions extends ServerOptions {
  readonly head?: Head;
  readonly file?: string;
}

/** What people and Tidewatch itself did. */
export function auditCommand(context: CommandContext): Command {
  const command = new Command('audit').description('The audit log of the running server, or of a backup.');
  withServer(
    command
      .command('verify')
      .description(
        'Check that every entry follows from the one before. It prints the end of the log as SEQ:HASH; keep that elsewhere, and give it with --head, so that a log that was rewritten as a whole is found, too. Exit code 1 where it is broken.',
      )
      .option('--head <seq:hash>', 'an end of the log as it was printed before', head)
      .option('--file <control.db>', 'a file that no server has open, instead of the running server'),
  ).action(async (options: VerifyOptions) => {
    if (options.file !== undefined) tell(await verifyFile(options.file, options.head), options);
    else
      await askingBy(askServer)(context, async (ask) => {
        const query = options.head === undefined ? '' : `?seq=${options.head.seq}&hash=${options.head.hash}`;
        tell(await ask<AuditVerdict>('GET', `/audit/verify${query}`), options);
      })(options);
  });

  function tell(verdict: AuditVerdict, { json }: ServerOptions): void {
    const { ok, rows, head: end, message, brokenAt } = verdict;
    if (json) context.print(JSON.stringify(verdict));
    else if (ok) context.print(`${rows} entries follow from each other.\n${end?.seq}:${end?.hash}`);
    else context.print(`The audit log is broken at entry ${brokenAt}: ${message}`);
    if (!ok) process.exitCode = 1;
  }
  return command;
}

async function verifyFile(file: string, expected: Head | undefined): Promise<AuditVerdict> {
  const { existsSync } = await import('node:fs');
  if (!existsSync(file)) throw new InvalidArgumentError(`${file}: there is no such file.`);
  const { openControlStore } = await import('@tidewatch/control');
  const control = openControlStore({ file });
  try {
    return await control.audit.verify(expected);
  } finally {
    await control.close();
  }
}

function head(text: string): Head {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new InvalidArgumentError('It must be a number, a colon and 64 hexadecimal digits.');
  return { seq: Number(seq), hash };
}
