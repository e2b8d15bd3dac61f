import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.ts';

const defaultFile = 'pseudonym.keys';

/** The file of keys that pseudonyms are made with. */
export const pseudonymsCommand = ({ print }: CommandContext): Command => {
  const command = new Command('pseudonyms').description(
    'Make the keys of pseudonyms, and follow them by new ones. Back the file up apart from the data: without it no pseudonym can be made again, and nothing that is sealed can be opened.',
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
  return command;
};

function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('It must be a day such as 2027-01-01.');
  return text;
}
