import { Command } from 'commander';
import { askServer } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { type ServerOptions, withServer } from './server.ts';

export const adminCommand = (context: CommandContext): Command => {
  const command = new Command('admin').description('Administer the server that runs on this machine.');
  withServer(command.command('login-link'))
    .description('Print a one-time link that logs the administrator in; it holds for 15 minutes.')
    .action(async (options: ServerOptions) => {
      const link = (await ask(context, options, 'login-links')) as { url: string; expiresAt: string };
      context.print(options.json ? JSON.stringify(link) : `${link.url}\n(once, until ${link.expiresAt})`);
    });
  withServer(command.command('reset'))
    .description('End every session and void every link, and print a new one-time link.')
    .action(async (options: ServerOptions) => {
      const link = (await ask(context, options, 'reset')) as { url: string; expiresAt: string };
      context.print(
        options.json
          ? JSON.stringify(link)
          : `All sessions are ended, and all API keys but those that only send events.\n${link.url}\n(once, until ${link.expiresAt})`,
      );
    });
  return command;
};

async function ask({ root }: CommandContext, options: ServerOptions, what: string): Promise<unknown> {
  const { loadConfig } = await import('../config/load.ts');
  const { data } = await loadConfig(options, root);
  return (await askServer(data))('POST', `/admin/${what}`, {});
}
