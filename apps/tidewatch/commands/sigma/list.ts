import { Command } from 'commander';
import type { ListOptions } from '../../sigma/list.ts';
import type { CommandContext } from '../context.ts';
import { addWords, orUnreadable } from './options.ts';

interface ListCommandOptions extends ListOptions {
  readonly placeholders?: string;
  readonly json?: boolean;
}

export const listCommand = ({ print, say }: CommandContext): Command =>
  new Command('list')
    .description(
      'List the rules of folders, or those that fit what is asked. Options may be repeated and take lists with commas; ' +
        'a rule must fit one value of each option. Exit code 0 if a rule fits, 1 if none does, 2 if something cannot be read.',
    )
    .argument('<dir...>', 'folders or files of rules')
    .option('--recommended', 'for a large foreign set: --level high+ --status stable,test')
    .option('--level <level>', 'medium for that level, medium+ for it and those above', addWords)
    .option('--status <status>', 'stable, test, experimental, deprecated or unsupported', addWords)
    .option('--product <name>', 'product of the log source, e.g. windows', addWords)
    .option('--category <name>', 'its category, e.g. process_creation', addWords)
    .option('--service <name>', 'its service, e.g. sshd', addWords)
    .option('--tag <tag>', 'tag or its first parts: attack.t1059 takes attack.t1059.001 too', addWords)
    .option(
      '--folder <glob>',
      'folders in the path, e.g. rules/windows, rules-*, rules/**/powershell',
      addWords,
    )
    .option('--include <id>', 'rule to list in any case', addWords)
    .option('--exclude <id>', 'rule to leave out in any case', addWords)
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--json', 'print JSON')
    .action((paths: string[], options: ListCommandOptions) =>
      orUnreadable(say, async () => {
        const { listRules, listText, selectionOf } = await import('../../sigma/list.ts');
        const found = await listRules(paths, selectionOf(options), options.placeholders);
        for (const remark of found.unused) say(remark);
        print(options.json ? JSON.stringify(found, null, 2) : listText(found));
        return found.rules.length === 0 ? 1 : 0;
      }),
    );
