import { Command } from 'commander';
import type { CommandContext } from './context.ts';

interface EvalOptions {
  readonly rules: string;
  readonly events: string;
  readonly output: string;
  readonly throughEcs?: boolean;
  readonly thor?: string;
  readonly placeholders?: string;
  readonly json?: boolean;
}

export const sigmaCommand = ({ print, say }: CommandContext): Command => {
  const command = new Command('sigma').description('Check Sigma rules, or run them over a file of events.');
  command
    .command('check')
    .description(
      'Load every rule of a folder and say which are rejected, with line and reason. Exit code 1 if any is.',
    )
    .argument('<dir...>', 'folders or files of rules')
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--json', 'print JSON')
    .action(async (paths: string[], options: { placeholders?: string; json?: boolean }) => {
      const { checkRules } = await import('../sigma/check.ts');
      const report = await checkRules(paths, options);
      if (options.json) print(JSON.stringify(report, null, 2));
      else {
        for (const { file, line, reason } of [...report.rejected, ...report.skipped])
          print(`${file}${line === null ? '' : `:${line}`}: ${reason}`);
        const skipped = report.skipped.length === 0 ? '' : `, ${report.skipped.length} skipped`;
        print(
          `${report.loaded} loaded, ${report.rejected.length} rejected${skipped}, in ${report.seconds.toFixed(2)} s`,
        );
      }
      if (report.rejected.length > 0) process.exitCode = 1;
    });
  command
    .command('eval')
    .description(
      'Run rules over events (one JSON object a line: evtx_dump, winlogbeat, flat nxlog or ECS) and write what matched per line.',
    )
    .requiredOption('--rules <dir>', 'folder or file of rules')
    .requiredOption('--events <file>', 'events, one JSON object a line')
    .requiredOption(
      '--output <file>',
      'where {"line", "rules"} goes, for every line of the events, from 0; - for standard output',
    )
    .option('--through-ecs', 'normalise each event to ECS first, as on the stream')
    .option(
      '--thor <file>',
      'log-source table in the format of SigmaHQ’s tests/thor.yml, instead of the built-in one',
    )
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--json', 'print the closing figures as JSON')
    .action(async ({ rules, events, output, json, ...options }: EvalOptions) => {
      const { evaluateFile } = await import('../sigma/evaluate.ts');
      const figures = await evaluateFile({ rules: [rules], events, output, ...options }, say);
      if (json) say(JSON.stringify(figures));
      else
        say(
          `${figures.events} events, ${figures.matches} matches by ${figures.rules} rules; evaluation ${figures.evaluationPerSecond} events/s, ` +
            `whole ${figures.wholePerSecond} events/s; ${figures.unreadable} lines unreadable`,
        );
    });
  return command;
};
