import { setTimeout } from 'node:timers/promises';
import type { ArchivedFiles } from '@tidewatch/api/schemas';
import { Command, InvalidArgumentError } from 'commander';
import { type Ask, askServer, moment } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, type ServerOptions, withServer } from './server.ts';

interface RangeOptions extends ServerOptions {
  readonly class?: string;
  readonly from?: string;
  readonly to?: string;
}

type ArchivedFile = ArchivedFiles['files'][number];

const asking = askingBy(askServer);

export const archiveCommand = (context: CommandContext): Command => {
  const { print, say } = context;
  const command = new Command('archive').description(
    'List what the archive of the running server holds, and bring it back for searches and backtests. Exit code 1 if some could not be brought back, 2 without a server or for a request that it does not take.',
  );
  withRange(
    command.command('list').description('List its files with events of that time, oldest first.'),
  ).action(
    asking(context, async (ask, options: RangeOptions) => {
      const { place, files } = await list(ask, options);
      if (options.json) print(JSON.stringify(files, null, 2));
      else for (const file of files) print(line(file));
      say(files.length === 0 ? `There is nothing of that time in ${place}.` : summary(place, files));
    }),
  );
  withRange(command.command('restore').description('Bring those files back that the store has no more.'))
    .option('--days <n>', 'for so many days, but never longer than their data class lives', days, 7)
    .action(
      asking(context, async (ask, options: RangeOptions & { days: number }) => {
        const body = { ...rangeOf(options), days: options.days };
        const begun = await ask<ArchivedFiles>('POST', '/archive/restore', body);
        if (begun.files.length === 0) say(`There is nothing to bring back from ${begun.place}.`);
        const files = await settled(ask, options, begun.files);
        if (options.json) print(JSON.stringify(files, null, 2));
        else for (const file of files) print(line(file));
        if (files.some(({ state }) => state === 'failed')) process.exitCode = 1;
      }),
    );
  return command;
};

const withRange = (command: Command): Command =>
  withServer(
    command
      .option('--class <name>', 'data class; all without it')
      .option('--from <time>', 'event time from then on: ISO 8601, or a time back such as 30d')
      .option('--to <time>', 'event time before then'),
  );

const rangeOf = ({ class: dataClass, from, to }: RangeOptions): Record<string, string> => ({
  ...(dataClass === undefined ? {} : { class: dataClass }),
  ...(from === undefined ? {} : { from: moment(from) }),
  ...(to === undefined ? {} : { to: moment(to) }),
});

const list = (ask: Ask, options: RangeOptions): Promise<ArchivedFiles> =>
  ask('GET', `/archive?${new URLSearchParams(rangeOf(options))}`);

/** What became of files, once none is on its way any more. */
async function settled(
  ask: Ask,
  options: RangeOptions,
  begun: readonly ArchivedFile[],
): Promise<readonly ArchivedFile[]> {
  const wanted = new Set(begun.map(({ sha256 }) => sha256));
  for (let files = begun; ; await setTimeout(500)) {
    if (files.every(({ state }) => state !== 'restoring')) return files;
    files = (await list(ask, options)).files.filter(({ sha256 }) => wanted.has(sha256));
  }
}

const iso = (time: number): string => new Date(time).toISOString();

function line({
  dataClass,
  partition,
  events,
  from,
  to,
  bytes,
  state,
  until,
  expires,
  problem,
}: ArchivedFile): string {
  const what = `${dataClass} ${partition}  ${iso(from)} to ${iso(to)}  ${events} events, ${bytes} bytes`;
  const how = until === undefined ? state : `${state} until ${iso(until)}`;
  return `${what}  ${how}, deleted ${iso(expires)}${problem === undefined ? '' : `: ${problem}`}`;
}

function summary(place: string, files: readonly ArchivedFile[]): string {
  const events = files.reduce((sum, file) => sum + file.events, 0);
  return `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${events} events in ${place}.`;
}

function days(text: string): number {
  const count = Number(text);
  if (!/^\d{1,3}$/.test(text) || count < 1 || count > 366)
    throw new InvalidArgumentError('It must be a number from 1 to 366.');
  return count;
}
