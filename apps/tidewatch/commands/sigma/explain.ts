import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { orUnreadable } from './options.ts';

interface ExplainCommandOptions {
  readonly rule: readonly string[];
  readonly event: string;
  readonly throughEcs?: boolean;
  readonly placeholders?: string;
  readonly json?: boolean;
}

export const explainCommand = ({ root, print, say }: CommandContext): Command =>
  new Command('explain')
    .description(
      'Say why a rule matches an event, or why not: the value that matched, what fails first, or the filter that takes the event out. ' +
        'Exit code 0 if every rule matches some event, 1 if one does not, 2 if something cannot be read.',
    )
    .requiredOption('--rule <file...>', 'file of rules, and files of what is added to them')
    .requiredOption('--event <file>', 'one event as a JSON object, or several, one after the other')
    .option('--through-ecs', 'normalise each event to ECS first, as on the stream')
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--json', 'print JSON')
    .action(({ json, ...options }: ExplainCommandOptions) =>
      orUnreadable(say, async () => {
        const [{ explainFile }, { explainText }, { visibleJson }, { shippedDispatch }] = await Promise.all([
          import('../../sigma/explain.ts'),
          import('../../sigma/explain_text.ts'),
          import('../../dead_letters/visible.ts'),
          import('../../parsers/sources.ts'),
        ]);
        const parsers = options.throughEcs ? { parsers: await shippedDispatch(root) } : {};
        const report = await explainFile({ ...options, ...parsers });
        print(json ? visibleJson(report) : explainText(report));
        for (const reason of report.rejected) say(reason);
        const missed = report.rules.some(({ events }) => events.every(({ outcome }) => outcome !== 'match'));
        return report.rejected.length > 0 ? 2 : missed ? 1 : 0;
      }),
    );
