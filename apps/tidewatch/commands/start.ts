import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.ts';

export interface StartOptions {
  readonly config?: string;
  readonly data?: string;
  readonly roles?: string;
  readonly port?: number;
  readonly demo: boolean;
}

export const startCommand = (context: CommandContext): Command =>
  new Command('start')
    .description('Start Tidewatch: every role in this process, on loopback, until Ctrl-C.')
    .option(
      '--config <file>',
      'configuration file (default: tidewatch.yml in the current folder, if it is there)',
    )
    .option('--data <dir>', 'folder for everything that is kept')
    .option(
      '--roles <list>',
      'roles to run, separated by commas: ingest, index, detector, scorer, forecaster, api',
    )
    .option(
      '--port <n>',
      'port of the console; inputs take the ones after it; 0 takes any free ones',
      parsePort,
    )
    .option('--no-demo', 'do not play the demonstration')
    .action(async (options: StartOptions) => {
      const { runUntilSignal } = await import('../server/run.ts');
      await runUntilSignal(options, context);
    });

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is 0 to 65535.');
  return port;
}
