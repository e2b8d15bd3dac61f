import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addFile, pipelineHelp } from './options.ts';

interface CheckOptions {
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  readonly json?: boolean;
}

export const checkCommand = ({ print }: CommandContext): Command =>
  new Command('check')
    .description(
      'Load every rule of a folder and say which are rejected, which filters are skipped since they have expired, and what may be a mistake, ' +
        'with line and reason. Exit code 1 if any is rejected.',
    )
    .argument('<dir...>', 'folders or files of rules')
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--pipeline <file>', pipelineHelp, addFile)
    .option('--json', 'print JSON')
    .action(async (paths: string[], options: CheckOptions) => {
      const { checkRules } = await import('../../sigma/check.ts');
      const report = await checkRules(paths, options);
      if (options.json) print(JSON.stringify(report, null, 2));
      else {
        const { loaded, filters, rejected, skipped, warnings, seconds } = report;
        const list = (rows: typeof rejected, kind = ''): void => {
          for (const { file, line, reason } of rows)
            print(`${file}${line === null ? '' : `:${line}`}: ${kind}${reason}`);
        };
        list(rejected);
        list(skipped);
        list(warnings, 'warning: ');
        const count = (number: number, one: string, more = one): string =>
          number === 0 ? '' : `, ${number} ${number === 1 ? one : more}`;
        print(
          `${loaded} loaded, ${rejected.length} rejected${count(skipped.length, 'skipped')}` +
            `${count(filters, 'filter in force', 'filters in force')}${count(warnings.length, 'warning', 'warnings')}, in ${seconds.toFixed(2)} s`,
        );
      }
      if (report.rejected.length > 0) process.exitCode = 1;
    });
