import { isTidewatchError } from '@tidewatch/event';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.ts';

export interface ServerOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** Options of what asks the server that runs on this machine. */
export const withServer = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration of the running server')
    .option('--data <dir>', 'data folder of the running server')
    .option('--json', 'print JSON');

/** The value of `--limit`. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 999999.');
  return Number(text);
}

/**
 * Runs what asks the server. No server and a request that it does not take are mistakes of the command line: code 2.
 *
 * @param connect to the server that runs on a data folder
 */
export const askingBy =
  <Client>(connect: (data: string) => Promise<Client>) =>
  <O extends ServerOptions>(
    { root, say }: CommandContext,
    task: (client: Client, options: O) => Promise<void>,
  ) =>
  async (options: O): Promise<void> => {
    const { loadConfig } = await import('../config/load.ts');
    try {
      const { data } = await loadConfig(options, root);
      await task(await connect(data), options);
    } catch (error) {
      const mistaken =
        error instanceof InvalidArgumentError ||
        isTidewatchError(error, 'NOT_RUNNING') ||
        (isTidewatchError(error, 'SERVER_REFUSED') && Number(error.details.status) < 500);
      if (!mistaken) throw error;
      say((error as Error).message);
      process.exitCode = 2;
    }
  };
