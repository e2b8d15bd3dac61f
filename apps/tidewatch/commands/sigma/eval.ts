import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addFile, pipelineHelp } from './options.ts';

interface EvalOptions {
  readonly rules: string;
  readonly events: string;
  readonly output: string;
  readonly details?: boolean;
  readonly throughEcs?: boolean;
  readonly thor?: string;
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  readonly json?: boolean;
  readonly cache?: string;
  readonly cost?: boolean;
}

export const evalCommand = ({ root, say }: CommandContext): Command =>
  new Command('eval')
    .description(
      'Run rules over events (one JSON object a line: evtx_dump, winlogbeat, flat nxlog or ECS) and write what matched per line.',
    )
    .requiredOption('--rules <dir>', 'folder or file of rules')
    .requiredOption('--events <file>', 'events, one JSON object a line')
    .requiredOption(
      '--output <file>',
      'where {"line", "rules"} goes, for every line of the events, from 0; - for standard output',
    )
    .option('--details', 'write of each rule title, level, author, licence and references, not its id alone')
    .option('--through-ecs', 'normalise each event to ECS first, as on the stream')
    .option(
      '--thor <file>',
      'log-source table in the format of SigmaHQ’s tests/thor.yml, instead of the built-in one',
    )
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--pipeline <file>', pipelineHelp, addFile)
    .option('--cache <file>', 'keep the parsed rules in this file, so that the next run starts faster')
    .option('--cost', 'say which rules cost the most')
    .option('--json', 'print the closing figures as JSON')
    .action(async ({ rules, events, output, json, cost, ...options }: EvalOptions) => {
      const { evaluateFile } = await import('../../sigma/evaluate.ts');
      const { shippedDispatch } = await import('../../parsers/sources.ts');
      const parsers = options.throughEcs ? { parsers: await shippedDispatch(root) } : {};
      const { dearest, ...figures } = await evaluateFile(
        { rules: [rules], events, output, ...options, ...parsers },
        say,
      );
      if (json) say(JSON.stringify(cost ? { ...figures, dearest } : figures));
      else {
        say(
          `${figures.events} events, ${figures.matches} matches by ${figures.rules} rules; evaluation ${figures.evaluationPerSecond} events/s, ` +
            `whole ${figures.wholePerSecond} events/s; ${figures.unreadable} lines unreadable`,
        );
        if (cost) say((await import('../../sigma/rule_costs.ts')).costText(dearest));
      }
    });
