import { Command, Option } from 'commander';
import type { ConversionFormat } from '../../sigma/convert.ts';
import type { CommandContext } from '../context.ts';
import { addFile, orUnreadable, pipelineHelp } from './options.ts';

interface ConvertCommandOptions {
  readonly format: ConversionFormat;
  readonly index: string;
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  readonly json?: boolean;
  readonly output?: string;
}

export const convertCommand = ({ print, say }: CommandContext): Command =>
  new Command('convert')
    .description(
      'Convert rules into queries of OpenSearch over the documents that Tidewatch stores there. What a query cannot say is refused, ' +
        'what it finds otherwise than the engine is warned about, both on standard error. One query is printed over several lines, ' +
        'of several each on a line of its own. Exit code 0 if every rule is converted, 1 if one is refused, 2 if something cannot be read.',
    )
    .argument('<path...>', 'files or folders of rules')
    .addOption(
      new Option(
        '--format <format>',
        'dsl: the body of a search; lucene: text for the search bar; monitor: a document for the alerting plugin',
      )
        .choices(['dsl', 'lucene', 'monitor'])
        .default('dsl'),
    )
    .option('--json', 'print all queries with their rules, warnings and refusals as one JSON document')
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--pipeline <file>', pipelineHelp, addFile)
    .option('--index <pattern>', 'indices that a monitor searches', 'tidewatch-events-*')
    .option('-o, --output <file>', 'write the queries there instead of to standard output')
    .action((paths: string[], { json, output, ...options }: ConvertCommandOptions) =>
      orUnreadable(say, async () => {
        const { convertRules, queriesAsText, remarksAsText, unreadable, writeQueries } = await import(
          '../../sigma/convert.ts'
        );
        const report = await convertRules(paths, options);
        const lines = json ? [JSON.stringify(report, null, 2)] : queriesAsText(report);
        if (output !== undefined) await writeQueries(output, lines);
        else for (const line of lines) print(line);
        for (const remark of remarksAsText(report)) say(remark);
        const { converted, refused } = report;
        if (converted.length + refused.length === 0) say(`There is no rule in ${paths.join(', ')}.`);
        else if (converted.length + refused.length > 1)
          say(`${converted.length} converted, ${refused.length} refused`);
        return unreadable(report, paths) ? 2 : refused.length > 0 ? 1 : 0;
      }),
    );
