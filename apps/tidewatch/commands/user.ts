import type { LoginLink, User, UserList } from '@tidewatch/api/schemas';
import { Command } from 'commander';
import { askServer } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, type ServerOptions, withServer } from './server.ts';

const asking = askingBy(askServer);
const path = (id: string) => `/users/${encodeURIComponent(id)}`;

interface Facts extends ServerOptions {
  readonly name?: string;
  readonly role?: User['roles'];
  readonly class?: readonly string[];
  readonly usecase?: readonly string[];
}

const withReach = (command: Command): Command =>
  command
    .option('--name <name>', 'as people call them')
    .option('--class <class...>', 'see these data classes only')
    .option('--usecase <name...>', 'see the data classes of these use-cases only');

const reachOf = ({ class: dataClasses, usecase: useCases }: Facts) => ({
  ...(dataClasses && { dataClasses }),
  ...(useCases && { useCases }),
});

/** Who may log in to the running server. */
export function userCommand(context: CommandContext): Command {
  const { print } = context;
  const command = new Command('user').description(
    'Who may log in to the running server, and what they may do.',
  );
  const shown = (options: ServerOptions, json: unknown, text: string) =>
    print(options.json ? JSON.stringify(json, null, 2) : text);

  withServer(command.command('list').description('Everybody, with roles and what they may see.')).action(
    asking(context, async (ask, options: ServerOptions) => {
      const { users } = await ask<UserList>('GET', '/users');
      shown(options, users, users.map(line).join('\n'));
    }),
  );
  withServer(
    withReach(command.command('add').description('Make a user, and print a one-time link for them.'))
      .argument('<id>', 'letters, digits, `.`, `_`, `@`, `-`')
      .requiredOption('--role <role...>', 'viewer, analyst, engineer, privacy_officer, admin'),
  ).action((id: string, options: Facts) =>
    asking(context, async (ask, { name = id, role: roles, ...rest }: Facts) => {
      const user = await ask<User>('POST', '/users', { id, name, roles, reach: reachOf(rest) });
      const link = await ask<LoginLink>('POST', `${path(id)}/login-links`);
      shown(options, { user, link }, `${line(user)}\n${link.url}\n(once, until ${link.expiresAt})`);
    })(options),
  );
  withServer(
    withReach(command.command('change').description('Change roles, name, or what somebody may see; at once.'))
      .argument('<id>', 'of the user')
      .option('--role <role...>', 'the roles they have from now on')
      .option('--all', 'see all that the roles let them see'),
  ).action((id: string, options: Facts & { all?: boolean }) =>
    asking(context, async (ask, { name, role: roles, all, ...rest }: Facts & { all?: boolean }) => {
      const reach = reachOf(rest);
      const changes = all || Object.keys(reach).length > 0 ? { reach: all ? {} : reach } : {};
      const user = await ask<User>('PUT', path(id), {
        ...(name && { name }),
        ...(roles && { roles }),
        ...changes,
      });
      shown(options, user, line(user));
    })(options),
  );
  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const)
    withServer(
      command
        .command(verb)
        .description(
          disabled ? 'Let somebody in no more; sessions and API keys end.' : 'Let somebody in again.',
        )
        .argument('<id>', 'of the user'),
    ).action((id: string, options: ServerOptions) =>
      asking(context, async (ask) => {
        const user = await ask<User>('PUT', path(id), { disabled });
        shown(options, user, line(user));
      })(options),
    );
  withServer(
    command
      .command('link')
      .description('Print a one-time link for somebody.')
      .argument('<id>', 'of the user'),
  ).action((id: string, options: ServerOptions) =>
    asking(context, async (ask) => {
      const link = await ask<LoginLink>('POST', `${path(id)}/login-links`);
      shown(options, link, `${link.url}\n(once, until ${link.expiresAt})`);
    })(options),
  );
  withServer(
    command
      .command('remove')
      .description('Delete a user with sessions, links and keys.')
      .argument('<id>', 'of the user'),
  ).action((id: string, options: ServerOptions) =>
    asking(context, async (ask) => {
      await ask('DELETE', path(id));
      shown(options, { removed: id }, `${id} is gone. The audit log keeps what they did.`);
    })(options),
  );
  return command;
}

function line({ id, name, roles, reach, disabled, external, hasPassword }: User): string {
  const { dataClasses, useCases } = reach;
  const sees = [
    ...(dataClasses ? [`classes ${dataClasses.join(', ') || 'none'}`] : []),
    ...(useCases ? [`use-cases ${useCases.join(', ') || 'none'}`] : []),
  ];
  return [
    ...[id, name, roles.join(', ') || 'no role', sees.join('; ') || 'all'],
    external ? 'by the identity provider' : hasPassword ? 'by password' : 'by link',
    ...(disabled ? ['disabled'] : []),
  ].join('  ');
}
