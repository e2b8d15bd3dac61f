import type { AlertJob, AlertJobBody } from '@tidewatch/api/schemas';
import { closeReasons, isTidewatchError } from '@tidewatch/event';
import { Command, Option } from 'commander';
import type { AlertClient, AskedFilter } from '../alerts/client.ts';
import { moment } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, count, type ServerOptions, withServer } from './server.ts';

interface FilterOptions extends ServerOptions {
  readonly query?: string;
  readonly since?: string;
  readonly until?: string;
}

interface ChangeOptions extends FilterOptions {
  readonly note?: string;
  readonly because?: string;
  readonly reason?: (typeof closeReasons)[number];
  readonly to?: string;
  readonly yes?: boolean;
}

type Action = AlertJobBody['action'];

const asking = askingBy(async (data) => (await import('../alerts/client.ts')).alertClient(data));

/** Lists and groups alerts of the running server, and changes all that a query finds. */
export const alertsCommand = (context: CommandContext): Command => {
  const { print, say } = context;
  const command = new Command('alerts').description(
    'List, group, acknowledge, assign, close and reopen alerts. Exit code 1 if a change failed or left some as they were, 2 without a server or for a request that it does not take.',
  );
  withFilter(command.command('list').description('List them.'))
    .addOption(new Option('--sort <order>').choices(['newest', 'oldest', 'severity']).default('newest'))
    .option('--limit <n>', 'at most so many', count, 50)
    .action(
      asking(context, async (client, options: FilterOptions & { sort: string; limit: number }) => {
        const { alertLine } = await import('../alerts/print.ts');
        const { items, total } = await client.list(toFilter(options), options.sort, options.limit);
        await show(options, items, (alert) => alertLine(alert, width()));
        if (total > items.length) say(`${items.length} of ${total}; --limit N shows more.`);
      }),
    );
  withFilter(command.command('group').description('Count them by what they have in common.'))
    .argument('<fields>', 'one to three, with commas between, e.g. title,host.name')
    .addOption(new Option('--sort <order>').choices(['count', 'newest']).default('count'))
    .option('--limit <n>', 'at most so many, up to 200', count, 50)
    .action((fields: string, options: FilterOptions & { sort: string; limit: number }) =>
      asking(context, async (client) => {
        const { groupLine } = await import('../alerts/print.ts');
        const groups = await client.groups(
          toFilter(options),
          fields,
          options.sort,
          Math.min(options.limit, 200),
        );
        await show(options, groups.items, (group) => groupLine(group, width()));
        if (groups.total > groups.items.length) say(`${groups.items.length} of ${groups.total} groups.`);
      })(options),
    );
  const change = (name: string, description: string, toAction: (options: ChangeOptions) => Action): Command =>
    withFilter(command.command(name).description(`${description} all that fit now.`))
      .option('--note <text>', 'a note on each of them')
      .option('--because <text>', 'why, for those who look later')
      .option('--yes', 'really do it')
      .action(
        asking(context, (client, options: ChangeOptions) =>
          start(context, client, toAction(options), options),
        ),
      );
  change('acknowledge', 'Acknowledge', (options) => ({ action: 'acknowledge', ...noteOf(options) }));
  change('assign', 'Assign', ({ to = '', ...options }) => ({
    action: 'assign',
    to: to === '' ? null : to,
    ...noteOf(options),
  })).requiredOption('--to <user>', 'whose they are from now on; "" for nobody’s');
  change('reopen', 'Reopen', (options) => ({ action: 'reopen', ...noteOf(options) }));
  change('close', 'Close', (options) => ({
    action: 'close',
    reason: options.reason ?? 'other',
    ...noteOf(options),
  })).addOption(
    new Option('--reason <reason>', 'why they need nobody any more')
      .choices(closeReasons)
      .makeOptionMandatory(),
  );
  withServer(
    command.command('undo').description('Take back what a job changed, where nobody changed it since.'),
  )
    .argument('<job>', 'as `jobs` gives it')
    .action((job: string, options: ServerOptions) =>
      asking(context, async (client) => follow(context, client, await client.undo(job), options))(options),
    );
  withServer(command.command('jobs').description('Changes of many alerts, newest first.')).action(
    asking(context, async (client, options: ServerOptions) => {
      const { jobLine } = await import('../alerts/print.ts');
      await show(options, await client.jobs(), (job) => jobLine(job, width()));
    }),
  );
  withServer(command.command('cancel').description('End a change after the alerts in hand.'))
    .argument('<job>', 'as `jobs` gives it')
    .action((job: string, options: ServerOptions) =>
      asking(context, async (client) => follow(context, client, await client.cancel(job), options))(options),
    );
  return command;

  async function show<T>(
    { json }: ServerOptions,
    items: readonly T[],
    line: (item: T) => string,
  ): Promise<void> {
    const { visibleJson } = await import('../dead_letters/visible.ts');
    if (json) print(visibleJson(items));
    else for (const item of items) print(line(item));
    if (items.length === 0) say('There are none.');
  }
};

const width = (): number => process.stdout.columns ?? 200;
const noteOf = ({ note }: ChangeOptions): { note?: string } => (note === undefined ? {} : { note });

const withFilter = (command: Command): Command =>
  withServer(
    command
      .option('--query <kql>', 'e.g. "rule.level: low and host.name: web*"')
      .option('--since <time>', 'last match since then: ISO 8601, or a time back such as 2h or 7d', '24h')
      .option('--until <time>', 'last match before then'),
  );

const toFilter = ({ query, since, until }: FilterOptions): AskedFilter => ({
  ...(query === undefined ? {} : { q: query }),
  ...(since === undefined ? {} : { from: moment(since) }),
  ...(until === undefined ? {} : { to: moment(until) }),
});

/** Says how many there are, and changes them where that is meant. */
async function start(
  context: CommandContext,
  client: AlertClient,
  action: Action,
  options: ChangeOptions,
): Promise<void> {
  const filter = toFilter(options);
  if (options.yes) {
    const why = options.because === undefined ? {} : { why: options.because };
    return follow(context, client, await client.start({ filter, action, ...why }), options);
  }
  context.say(`This would reach ${await client.preview(filter)} alerts. Add --yes to do it.`);
  process.exitCode = 2;
}

const pollMs = 250;

/** Waits for the end of a job. Interrupting this leaves it to the server. */
async function follow(
  { print, say }: CommandContext,
  client: AlertClient,
  begun: AlertJob,
  { json }: ServerOptions,
): Promise<void> {
  const { jobText } = await import('../alerts/print.ts');
  const { visibleJson } = await import('../dead_letters/visible.ts');
  let job = begun;
  while (job.finishedAt === undefined) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    job = await client.job(job.id).catch((error: unknown) => {
      if (isTidewatchError(error, 'NOT_RUNNING'))
        say(`The server ended before the change did. It goes on with the next start: tidewatch alerts jobs.`);
      throw error;
    });
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${job.done} of ${job.total}`);
  }
  if (process.stderr.isTTY) say('');
  print(json ? visibleJson(job) : jobText(job));
  if (job.state === 'failed' || job.conflicts > 0) process.exitCode = 1;
}
