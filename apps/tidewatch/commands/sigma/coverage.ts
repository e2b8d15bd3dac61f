import { join } from 'node:path';
import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addFile, addWords, orUnreadable } from './options.ts';

interface CoverageOptions {
  readonly logsource?: readonly string[];
  readonly placeholders?: string;
  readonly parsers?: readonly string[];
  readonly json?: boolean;
}

export const coverageCommand = ({ root, print, say }: CommandContext): Command =>
  new Command('coverage')
    .description(
      'Say for each log source how many rules have all their fields in events after normalisation, some of them, or none, ' +
        'which fields have no place there, and which parsers write such events. ' +
        'Exit code 0 if all rules have all fields, 1 if one lacks a field or there is no rule, 2 if something cannot be read.',
    )
    .argument('[path...]', 'folders or files of rules; those that ship with Tidewatch where none is named')
    .option(
      '--logsource <parts>',
      'only log sources that have all these parts, e.g. linux/auditd or webserver; may be repeated and take lists with commas',
      addWords,
    )
    .option('--parsers <folder>', 'folder of parser files beside those that ship; may be repeated', addFile)
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--json', 'print JSON, with all data sets and missing fields')
    .action((paths: string[], { json, parsers = [], ...options }: CoverageOptions) =>
      orUnreadable(say, async () => {
        const { coverageText, ruleCoverage } = await import('../../sigma/coverage.ts');
        const report = await ruleCoverage(paths.length === 0 ? [join(root, 'rules')] : paths, {
          ...options,
          parsers: [...parsers, join(root, 'parsers')],
        });
        const { total } = report;
        if (total.rules === 0) say('No rule is of such a log source.');
        print(json ? JSON.stringify(report, null, 2) : coverageText(report));
        return total.rules > 0 && total.all === total.rules ? 0 : 1;
      }),
    );
