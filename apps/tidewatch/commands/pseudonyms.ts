import type { KeptOriginals } from '@tidewatch/api/schemas';
import { Command, InvalidArgumentError } from 'commander';
import { type Ask, askServer } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, type ServerOptions, withServer } from './server.ts';

const defaultFile = 'pseudonym.keys';

type Kept = KeptOriginals['items'];

interface EraseOptions extends ServerOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

const stays = `What stays: events keep the pseudonym for their time to live, and whoever has the file of keys can test whether it is this name's. Records' sealed texts may hold the name until their key goes, a time partition after their last event. Dead letters do until they are deleted. An event that comes with the name makes an original anew.`;

/** The keys of pseudonyms, and what is kept of one person. */
export const pseudonymsCommand = (context: CommandContext): Command => {
  const { print, say } = context;
  const command = new Command('pseudonyms').description(
    'Make the keys of pseudonyms, follow them by new ones, and find or erase what is kept of one person. Back the file up apart from the data: without it no pseudonym can be made again, and nothing that is sealed can be opened.',
  );
  command
    .command('init')
    .description('Make a file with a first key that its owner alone may read.')
    .argument('[file]', 'where it is made', defaultFile)
    .action(async (file: string) => {
      const { makeKeyFile } = await import('../governance/key_file.ts');
      await makeKeyFile(file);
      print(
        `${file} holds a key, and its owner alone may read it. Name it in tidewatch.yml:\n\npseudonyms:\n  file: ${file}`,
      );
    });
  command
    .command('rotate')
    .description(
      'Add a key that counts from the first epoch on that begins on a day or later. SIGHUP has a running server take it over.',
    )
    .argument('[file]', 'the file of keys', defaultFile)
    .option('--from <day>', 'that day in UTC, such as 2027-01-01; by default the first of next month', day)
    .action(async (file: string, { from }: { from?: string }) => {
      const { addKey } = await import('../governance/key_file.ts');
      const added = await addKey(file, from);
      print(`${file} holds the key ${added.version} as well, which counts from ${added.from} on.`);
    });
  withServer(
    command
      .command('find')
      .description(
        'Show the pseudonyms of a person, and where the running server keeps what they stand for. The name itself is not sent; nothing is opened.',
      )
      .argument('<name>', 'a name, mail address, id or address, or a pseudonym', said),
  ).action((name: string, options: ServerOptions) =>
    asking(context, async (ask) => {
      const pseudonyms = await pseudonymsFor(name, options, context);
      const items = await find(ask, pseudonyms);
      if (options.json) return print(JSON.stringify({ pseudonyms, items }, null, 2));
      print(`Search for events with: ${pseudonyms.slice(0, shown).join(' or ')}`);
      list(items, print);
    })(options),
  );
  withServer(
    command
      .command('erase')
      .description(
        'Erase what is kept of the person behind a name or pseudonym. Without --yes it only says what that would be.',
      )
      .argument('<name>', 'a name, mail address, id or address, or a pseudonym', said)
      .requiredOption('--reason <text>', 'why, for the audit log; without the name', said)
      .option('--yes', 'do it'),
  ).action((name: string, options: EraseOptions) =>
    asking(context, async (ask) => {
      if (words(options.reason).includes(words(name)))
        throw new InvalidArgumentError('The reason goes to the audit log: say it without the name.');
      const pseudonyms = await pseudonymsFor(name, options, context);
      const items = await find(ask, pseudonyms);
      const body = {
        pseudonyms: [...new Set(items.map(({ pseudonym }) => pseudonym))],
        reason: options.reason,
      };
      const erases = options.yes === true && items.length > 0;
      if (!options.json) list(items, say);
      const { erased } = erases
        ? await ask<{ erased: number }>('POST', '/originals/erase', body)
        : { erased: 0 };
      if (options.json) return print(JSON.stringify({ items, erased }, null, 2));
      if (erases) print(`${erased} of ${count(items)} erased.\n${stays}`);
      else if (items.length > 0)
        say(`Nothing was erased. With --yes, ${count(items)} would be, for good.\n${stays}`);
    })(options),
  );
  return command;
};

const asking = askingBy(askServer);
/** Pseudonyms that are written out: the newest. */
const shown = 12;
const count = ({ length }: Kept): string =>
  length === 1 ? '1 sealed original' : `${length} sealed originals`;

const find = async (ask: Ask, pseudonyms: readonly string[]): Promise<Kept> =>
  (await ask<KeptOriginals>('POST', '/originals/find', { pseudonyms })).items;

function list(items: Kept, tell: (text: string) => void): void {
  for (const { dataClass, pseudonym, field, seen } of items)
    tell(`${dataClass}  ${pseudonym}  ${field}  last seen ${new Date(seen - 1).toISOString().slice(0, 10)}`);
  if (items.length === 0) tell('No sealed original is kept.');
}

/** Made here: the name goes to no server. */
async function pseudonymsFor(
  name: string,
  options: ServerOptions,
  { root }: CommandContext,
): Promise<readonly string[]> {
  if (/^p\d{1,4}-\d{8}-[\da-f]{24}$/.test(name)) return [name];
  const [{ loadConfig }, { pseudonymsOf }, { loadDataClasses }] = await Promise.all([
    import('../config/load.ts'),
    import('../governance/data_subject.ts'),
    import('@tidewatch/store'),
  ]);
  const { pseudonyms: configured, classes } = await loadConfig(options, root);
  if (configured === undefined)
    throw new InvalidArgumentError('The configuration names no keys: name its file with --config FILE.');
  const pseudonyms = await pseudonymsOf(name, configured, await loadDataClasses(classes), Date.now());
  if (pseudonyms.length === 0)
    throw new InvalidArgumentError('This names nobody: every system has it, so it stays as it is.');
  return pseudonyms;
}

/** For comparison, whole words only. */
const words = (text: string): string =>
  ` ${
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}@._-]+/gu)
      ?.join(' ') ?? ''
  } `;

function said(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('It must be a day such as 2027-01-01.');
  return text;
}
