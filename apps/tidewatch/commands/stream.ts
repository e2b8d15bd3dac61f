import { isTidewatchError } from '@tidewatch/event';
import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.ts';

interface InspectCommandOptions {
  readonly verify?: boolean;
  readonly records?: number;
  readonly values?: boolean;
  readonly json?: boolean;
}

export const streamCommand = ({ print, say }: CommandContext): Command => {
  const command = new Command('stream').description('Look at the log on disk.');
  command
    .command('inspect')
    .description(
      'Show segments, groups, lag and damage, of a running or a stopped server; nothing is changed. Exit code 1 if there is damage, 2 if the folder cannot be read.',
    )
    .argument('<dir>', 'a data folder, its folder `streams`, or the folder of one stream')
    .option('--verify', 'check every record, not only heads and ends')
    .option('--records <n>', 'show the newest records of each stream: time, key, headers, size', wanted)
    .option('--values', 'show what the records hold, too: that is personal data')
    .option('--json', 'print JSON')
    .action(async (directory: string, { verify, records, values = false, json }: InspectCommandOptions) => {
      const [{ inspectLog }, { reportJson, reportText }, { visibleJson }] = await Promise.all([
        import('@tidewatch/stream/wal'),
        import('../stream/print.ts'),
        import('../dead_letters/visible.ts'),
      ]);
      try {
        const report = await inspectLog(directory, {
          ...(verify === undefined ? {} : { verify }),
          ...(records === undefined ? {} : { records }),
          progress: progressOf(say),
        });
        print(json ? visibleJson(reportJson(report, values)) : reportText(report, values));
        if (!report.sound) process.exitCode = 1;
      } catch (error) {
        if (!isTidewatchError(error) && !isSystemError(error)) throw error;
        say(error.message);
        process.exitCode = 2;
      }
    });
  return command;
};

/** What the operating system refused, such as reading a file of another user: ENOENT, EACCES and the like. */
const isSystemError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^E[A-Z0-9]+$/.test(String(error.code));

function wanted(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 99999.');
  return Number(text);
}

/** One line on a terminal, redrawn in place; nothing where standard error is a file. */
function progressOf(say: (text: string) => void): (done: number, total: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (done, total) => {
    process.stderr.write(`\r${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB verified`);
    if (done >= total) say('');
  };
}
