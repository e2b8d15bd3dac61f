import { Command, Option } from 'commander';
import type { CommandContext } from './context.ts';
import { addFile, orUnreadable } from './sigma/options.ts';

interface Options {
  readonly source: string;
  readonly dataset?: string;
  readonly parsers?: readonly string[];
  readonly config?: string;
  readonly timeZone?: string;
  readonly header?: 'directives' | 'first_line' | 'none';
  readonly explain?: boolean;
  readonly json?: boolean;
}

export const parseCommand = ({ root, print, say }: CommandContext): Command =>
  new Command('parse')
    .description(
      'Show the ECS event that each line or JSON document of a file becomes, without keeping it. ' +
        'Exit code 0 if all are understood or kept as they are, 1 if a parser failed or a record would be a dead letter, ' +
        '2 if something cannot be read or a parser is not right.',
    )
    .argument('<file>', 'the file (.gz too), or - for standard input')
    .option('--source <name>', 'name of the input’s source', 'parse')
    .option('--dataset <name>', 'data set that the input would name')
    .option(
      '--parsers <path>',
      'folder or file of your own parsers, instead of those that the configuration names; may be repeated',
      addFile,
    )
    .option('--config <file>', 'configuration whose parsers are used')
    .option('--time-zone <zone>', 'zone of stamps without one; default: that of this machine')
    .addOption(
      new Option(
        '--header <lines>',
        'which lines say what columns the others have, as the file input’s `header`; default: directives',
      ).choices(['directives', 'first_line', 'none']),
    )
    .option('--explain', 'show which parsers were asked, and what each processor did')
    .option('--json', 'print JSON, one object a record')
    .action((file: string, options: Options) =>
      orUnreadable(say, async () => {
        const { parseFile } = await import('../parsers/parse.ts');
        const { failed, faults } = await parseFile(file, options, root, print, say);
        if (faults > 0) return 2;
        return failed > 0 ? 1 : 0;
      }),
    );
