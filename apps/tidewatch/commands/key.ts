import type { KeyList, MadeKey } from '@tidewatch/api/schemas';
import { Command } from 'commander';
import { askServer } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, count, type ServerOptions, withServer } from './server.ts';

const asking = askingBy(askServer);

interface NewKey extends ServerOptions {
  readonly user: string;
  readonly name: string;
  readonly scope: readonly string[];
  readonly source?: readonly string[];
  readonly days: number;
}

/** What programs log in to the running server with. */
export function keyCommand(context: CommandContext): Command {
  const { print } = context;
  const command = new Command('key').description(
    'API keys: what programs send to the running server by, and ask it with.',
  );
  withServer(command.command('list').description('Every key, whose it is, and what for.')).action(
    asking(context, async (ask, { json }: ServerOptions) => {
      const list = await ask<KeyList>('GET', '/keys');
      if (json) return print(JSON.stringify(list, null, 2));
      for (const { id, name, user, scopes, expiresAt, state } of list.keys)
        print(`${id}  ${user}  ${name}  ${scopes.join(' ')}  ${state}, until ${day(expiresAt)}`);
      if (list.keys.length === 0) print(`There is no key. Scopes are ${list.scopes.join(', ')}.`);
    }),
  );
  withServer(
    command
      .command('add')
      .description('Make a key, and print its secret this once.')
      .requiredOption('--user <id>', 'whose it is: it can do no more than they')
      .requiredOption('--name <name>', 'what it is for')
      .requiredOption('--scope <scope...>', '`ingest`, or what of the API, such as alerts:read')
      .option('--source <source...>', 'for ingest: sources it may send to, `*` at the end for any rest')
      .option('--days <n>', 'until it expires, 1 to 366', count, 90),
  ).action(
    asking(context, async (ask, { user, name, scope: scopes, source: sources, days, json }: NewKey) => {
      const body = { user, name, scopes, days, ...(sources && { sources }) };
      const made = await ask<MadeKey>('POST', '/keys', body);
      print(json ? JSON.stringify(made) : `${made.secret}\n(id ${made.id}, until ${day(made.expiresAt)})`);
    }),
  );
  withServer(
    command.command('remove').description('End a key at once.').argument('<id>', 'as `list` shows it'),
  ).action((id: string, options: ServerOptions) =>
    asking(context, async (ask) => {
      await ask('DELETE', `/keys/${encodeURIComponent(id)}`);
      print(options.json ? JSON.stringify({ removed: id }) : `The key ${id} is gone.`);
    })(options),
  );
  return command;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
