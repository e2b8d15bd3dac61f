import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { orUnreadable } from './options.ts';

interface DiffCommandOptions {
  readonly placeholders?: string;
  readonly since?: string;
  readonly until?: string;
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export const diffCommand = ({ print, root, say }: CommandContext): Command =>
  new Command('diff')
    .description(
      'Say what an update of a set of rules changes: rules, correlations and filters added, removed, changed, told by ' +
        'their ids; with --since also how many alerts each made and would have made. Exit code 0 if nothing, 1 if ' +
        'something, 2 if something cannot be read or measured, 130 if Ctrl-C ended it, here and on the server.',
    )
    .argument('<old>', 'folder or file of rules')
    .argument('<new>', 'the same, updated')
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option(
      '--since <time>',
      'run both over what the running server stores from then on: ISO 8601, or a time back such as 7d; with its placeholders, pipelines, exceptions and `rules.select`',
    )
    .option('--until <time>', 'up to then')
    .option('--config <file>', 'configuration file of the server')
    .option('--data <dir>', 'data folder of the server')
    .option('--json', 'print JSON')
    .action((before: string, after: string, { since, json, ...options }: DiffCommandOptions) =>
      orUnreadable(say, async () => {
        const { differs, diffFolders } = await import('../../sigma/diff.ts');
        const { diffText } = await import('../../sigma/diff_text.ts');
        const { visibleJson } = await import('../../dead_letters/visible.ts');
        const compared = await diffFolders(before, after, options);
        const { report } = compared;
        const status = differs(report) ? 1 : 0;
        if (since === undefined) {
          print(json ? visibleJson(report) : diffText(report));
          return status;
        }
        const { loadConfig } = await import('../../config/load.ts');
        const { measureDiff } = await import('../../sigma/diff_effect.ts');
        const { whileFollowing } = await import('../../sigma/follow_backtest.ts');
        const { unfinishedText } = await import('../../sigma/backtest.ts');
        const config = await loadConfig(options, root);
        const measured = await whileFollowing(say, (following) =>
          measureDiff(compared, [before, after], config, { ...options, since }, following),
        );
        if ('state' in measured) {
          say(unfinishedText(measured));
          return measured.state === 'cancelled' ? 130 : 2;
        }
        print(json ? visibleJson({ ...report, effect: measured }) : diffText(report, measured));
        return status;
      }),
    );
