import type { DeadLetterJob } from '@tidewatch/api/schemas';
import { isTidewatchError } from '@tidewatch/event';
import { Command, InvalidArgumentError } from 'commander';
import type { AskedFilter, Choice, DeadLetterClient } from '../dead_letters/client.ts';
import { moment } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, count, type ServerOptions, withServer } from './server.ts';

interface FilterOptions extends ServerOptions {
  readonly stage?: string;
  readonly reason?: string;
  readonly source?: string;
  readonly since?: string;
  readonly until?: string;
  readonly query?: string;
  readonly state?: string;
}

const asking = askingBy(async (data) => (await import('../dead_letters/client.ts')).deadLetterClient(data));

export const deadLettersCommand = (context: CommandContext): Command => {
  const { print, say } = context;
  const command = new Command('dead-letters').description(
    'List, show, replay and drop records that could not be handled. Exit code 1 if some fail again, 2 without a server or for a request that it does not take.',
  );
  withFilters(command.command('list').description('List them, newest first; those that are open by default.'))
    .option('--limit <n>', 'at most so many', count, 50)
    .action(
      asking(context, async (client, options: FilterOptions & { limit: number }) => {
        const { letterLine } = await import('../dead_letters/print.ts');
        const { visibleJson } = await import('../dead_letters/visible.ts');
        const letters = await client.list(toFilter(options), options.limit);
        if (options.json) print(visibleJson(letters));
        else for (const letter of letters) print(letterLine(letter, process.stdout.columns ?? 200));
        if (letters.length === 0) say('There are none.');
        if (letters.length === options.limit)
          say(`These are the newest ${letters.length}; --limit N shows more.`);
      }),
    );
  withServer(
    command.command('totals').description('Count those that are open, by stage, reason and source.'),
  ).action(
    asking(context, async (client, { json }: ServerOptions) => {
      const { totalLine } = await import('../dead_letters/print.ts');
      const { visibleJson } = await import('../dead_letters/visible.ts');
      const totals = await client.totals();
      if (json) print(visibleJson(totals));
      else for (const total of totals) print(totalLine(total));
      if (totals.length === 0) say('There are none.');
    }),
  );
  withServer(command.command('show').description('Show one, with its bytes.'))
    .argument('<id>', 'as `list` gives it')
    .option('--raw', 'write its bytes to standard output, unchanged, and nothing else')
    .action((id: string, options: ServerOptions & { raw?: boolean }) =>
      asking(context, async (client) => {
        const { bytesOf, letterText } = await import('../dead_letters/print.ts');
        const { visibleJson } = await import('../dead_letters/visible.ts');
        const letter = await client.get(id);
        if (options.raw) process.stdout.write(bytesOf(letter));
        else print(options.json ? visibleJson(letter) : letterText(letter));
      })(options),
    );
  withFilters(command.command('replay').description('Send them through the parsers as they are now.'))
    .argument('[id...]', 'as `list` gives them; without any, all that fit')
    .action((ids: string[], options: FilterOptions) =>
      asking(context, (client) => work(context, client, 'replay', choose(ids, options), options))(options),
    );
  withFilters(command.command('drop').description('Settle those that are not worth a replay.'))
    .argument('[id...]', 'as `list` gives them; without any, all that fit')
    .requiredOption('--because <text>', 'why, for those who look later')
    .option('--yes', 'really do it')
    .action((ids: string[], options: FilterOptions & { because: string; yes?: boolean }) =>
      asking(context, async (client) => {
        const choice = choose(ids, options);
        if (options.yes) return work(context, client, 'drop', choice, options, { reason: options.because });
        const most = 1_000;
        const found = 'ids' in choice ? ids.length : (await client.list(toFilter(options), most)).length;
        say(`This would drop ${found === most ? `${most} or more` : found}. Add --yes to do it.`);
        process.exitCode = 2;
      })(options),
    );
  withFilters(command.command('restore').description('Open those again that were dropped.'))
    .argument('[id...]', 'as `list` gives them; without any, all dropped ones that fit')
    .action((ids: string[], options: FilterOptions) =>
      asking(context, (client) => work(context, client, 'restore', choose(ids, options), options))(options),
    );
  return command;
};

const withFilters = (command: Command): Command =>
  withServer(
    command
      .option('--stage <name>', 'where they failed: normalise, process, index')
      .option('--reason <code>', 'e.g. invalid_json')
      .option('--source <name>', 'the source they came from')
      .option('--since <time>', 'put aside since then: ISO 8601, or a time back such as 2h or 7d')
      .option('--until <time>', 'put aside before then')
      .option(
        '--query <kql>',
        'KQL over stage, reason, source, message, raw, index, path, peer, e.g. "raw: *sshd*"',
      )
      .option('--state <state>', 'open, pending, failed, replayed, dropped, all'),
  );

function toFilter({ stage, reason, source, since, until, query, state }: FilterOptions): AskedFilter {
  return {
    ...(stage === undefined ? {} : { stage }),
    ...(reason === undefined ? {} : { reason }),
    ...(source === undefined ? {} : { source }),
    ...(since === undefined ? {} : { from: moment(since) }),
    ...(until === undefined ? {} : { to: moment(until) }),
    ...(query === undefined ? {} : { q: query }),
    ...(state === undefined ? {} : { state }),
  };
}

/** Letters are named or described: a filter that is not looked at would mislead. */
function choose(ids: readonly string[], options: FilterOptions): Choice {
  const filter = toFilter(options);
  if (ids.length === 0) return { filter };
  if (Object.keys(filter).length > 0)
    throw new InvalidArgumentError('Name letters or filter them, not both.');
  return { ids };
}

const pollMs = 250;

/** Starts work and waits for its end. Interrupting this leaves it to the server. */
async function work(
  { print, say }: CommandContext,
  client: DeadLetterClient,
  verb: DeadLetterJob['verb'],
  choice: Choice,
  { json }: ServerOptions,
  more?: { reason: string },
): Promise<void> {
  const { jobText, wentWell } = await import('../dead_letters/print.ts');
  const { visibleJson } = await import('../dead_letters/visible.ts');
  let job = await client.start(verb, choice, more);
  while (job.finishedAt === undefined) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    job = await client.job(job.id).catch((error: unknown) => {
      if (isTidewatchError(error, 'NOT_RUNNING'))
        say('The server ended before the work did. What was done stays done; ask again for the rest.');
      throw error;
    });
    showProgress(job);
  }
  if (process.stderr.isTTY) say('');
  print(json ? visibleJson(job) : jobText(job));
  if (!wentWell(job)) process.exitCode = 1;
}

/** In place on a terminal; nothing where standard error is a file. */
function showProgress({ state, done, total, counts }: DeadLetterJob): void {
  if (!process.stderr.isTTY) return;
  const failed = counts.failed_again + counts.refused;
  const share = total === undefined ? state : `${done} of ${total}, ${failed} failed again`;
  process.stderr.write(`\r\u001b[K${share}`);
}
