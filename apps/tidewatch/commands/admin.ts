import { Command } from 'commander';
import { askServer } from '../server/ask.ts';
import type { CommandContext } from './context.ts';

interface AdminOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export const adminCommand = (context: CommandContext): Command => {
  const command = new Command('admin').description('Administer the server that runs on this machine.');
  const withOptions = (one: Command) =>
    one
      .option('--config <file>', 'configuration of the running server')
      .option('--data <dir>', 'data folder of the running server')
      .option('--json', 'print JSON');
  withOptions(command.command('login-link'))
    .description('Print a one-time link that logs the administrator in; it holds for 15 minutes.')
    .action(async (options: AdminOptions) => {
      const link = (await ask(context, options, 'login-links')) as { url: string; expiresAt: string };
      context.print(options.json ? JSON.stringify(link) : `${link.url}\n(once, until ${link.expiresAt})`);
    });
  withOptions(command.command('reset'))
    .description('End every session and void every link, and print a new one-time link.')
    .action(async (options: AdminOptions) => {
      const link = (await ask(context, options, 'reset')) as { url: string; expiresAt: string };
      context.print(
        options.json
          ? JSON.stringify(link)
          : `All sessions are ended.\n${link.url}\n(once, until ${link.expiresAt})`,
      );
    });
  return command;
};

async function ask({ root }: CommandContext, options: AdminOptions, what: string): Promise<unknown> {
  const { loadConfig } = await import('../config/load.ts');
  const { data } = await loadConfig(options, root);
  return (await askServer(data))('POST', `/admin/${what}`, {});
}
