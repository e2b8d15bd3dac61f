import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { orUnreadable } from './options.ts';

export const diffCommand = ({ print, say }: CommandContext): Command =>
  new Command('diff')
    .description(
      'Say what an update of a set of rules changes: rules added, removed, changed, told by their ids. ' +
        'Exit code 0 if nothing, 1 if something, 2 if something cannot be read.',
    )
    .argument('<old>', 'folder or file of rules')
    .argument('<new>', 'the same, updated')
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--json', 'print JSON')
    .action((before: string, after: string, options: { placeholders?: string; json?: boolean }) =>
      orUnreadable(say, async () => {
        const { differs, diffFolders } = await import('../../sigma/diff.ts');
        const { diffText } = await import('../../sigma/diff_text.ts');
        const { report } = await diffFolders(before, after, options);
        print(options.json ? JSON.stringify(report, null, 2) : diffText(report));
        return differs(report) ? 1 : 0;
      }),
    );
