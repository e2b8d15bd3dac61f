import { isTidewatchError } from '@tidewatch/event';
import { Command, Option } from 'commander';
import type { BacktestOptions } from '../sigma/backtest.ts';
import type { ConversionFormat } from '../sigma/convert.ts';
import type { ListOptions } from '../sigma/list.ts';
import type { CommandContext } from './context.ts';

interface CheckOptions {
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  readonly json?: boolean;
}

interface EvalOptions {
  readonly rules: string;
  readonly events: string;
  readonly output: string;
  readonly throughEcs?: boolean;
  readonly thor?: string;
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  readonly json?: boolean;
  readonly cache?: string;
}

interface ExplainCommandOptions {
  readonly rule: readonly string[];
  readonly event: string;
  readonly throughEcs?: boolean;
  readonly placeholders?: string;
  readonly json?: boolean;
}

interface BacktestCommandOptions extends BacktestOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

interface ConvertCommandOptions {
  readonly format: ConversionFormat;
  readonly index: string;
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  readonly json?: boolean;
  readonly output?: string;
}

interface TestCommandOptions {
  readonly with?: readonly string[];
  readonly filter?: string;
  readonly requireTests?: boolean;
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  readonly json?: boolean;
}

interface ListCommandOptions extends ListOptions {
  readonly placeholders?: string;
  readonly json?: boolean;
}

const pipelineHelp = 'processing pipeline in pySigma’s format that the rules run through; may be repeated';
const addFile = (file: string, files: readonly string[] = []): readonly string[] => [...files, file];

export const sigmaCommand = ({ print, root, say }: CommandContext): Command => {
  const command = new Command('sigma').description(
    'Check Sigma rules, run them over a file of events, say why they match, convert them to queries.',
  );
  command
    .command('check')
    .description(
      'Load every rule of a folder and say which are rejected, which filters are skipped since they have expired, and what may be a mistake, ' +
        'with line and reason. Exit code 1 if any is rejected.',
    )
    .argument('<dir...>', 'folders or files of rules')
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--pipeline <file>', pipelineHelp, addFile)
    .option('--json', 'print JSON')
    .action(async (paths: string[], options: CheckOptions) => {
      const { checkRules } = await import('../sigma/check.ts');
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
    .option('--pipeline <file>', pipelineHelp, addFile)
    .option('--cache <file>', 'keep the parsed rules in this file, so that the next run starts faster')
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
  command
    .command('explain')
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
        const [{ explainFile }, { explainText }, { visibleJson }] = await Promise.all([
          import('../sigma/explain.ts'),
          import('../sigma/explain_text.ts'),
          import('../dead_letters/visible.ts'),
        ]);
        const report = await explainFile(options);
        print(json ? visibleJson(report) : explainText(report));
        for (const reason of report.rejected) say(reason);
        const missed = report.rules.some(({ events }) => events.every(({ outcome }) => outcome !== 'match'));
        return report.rejected.length > 0 ? 2 : missed ? 1 : 0;
      }),
    );
  command
    .command('convert')
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
          '../sigma/convert.ts'
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
  command
    .command('diff')
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
        const { differs, diffFolders, diffText } = await import('../sigma/diff.ts');
        const report = await diffFolders(before, after, options);
        print(options.json ? JSON.stringify(report, null, 2) : diffText(report));
        return differs(report) ? 1 : 0;
      }),
    );
  command
    .command('list')
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
        const { listRules, listText, selectionOf } = await import('../sigma/list.ts');
        const found = await listRules(paths, selectionOf(options), options.placeholders);
        for (const remark of found.unused) say(remark);
        print(options.json ? JSON.stringify(found, null, 2) : listText(found));
        return found.rules.length === 0 ? 1 : 0;
      }),
    );
  command
    .command('test')
    .description(
      'Run the tests that stand beside rules: NAME.test.yml beside NAME.yml (docs/sigma_test.schema.json says what is in it). ' +
        'Exit code 0 if all pass, 1 if one fails, 2 if something cannot be read or there is no test.',
    )
    .argument('<dir...>', 'folders or files of rules and their tests')
    .option('--with <dir>', 'further rules that the tested ones build on; may be repeated', addFile)
    .option('--filter <name>', 'only tests with this text in their name or their file’s')
    .option('--require-tests', 'exit code 1 also if a rule has no tests beside it')
    .option('--placeholders <file>', 'YAML file: name of a placeholder → list of its values')
    .option('--pipeline <file>', pipelineHelp, addFile)
    .option('--json', 'print JSON')
    .action((paths: string[], { json, requireTests = false, ...options }: TestCommandOptions) =>
      orUnreadable(say, async () => {
        const [{ testRules }, { reportText, unreadableText }, { visibleJson }] = await Promise.all([
          import('../sigma/test/run.ts'),
          import('../sigma/test/text.ts'),
          import('../dead_letters/visible.ts'),
        ]);
        const report = await testRules(paths, options);
        print(json ? visibleJson(report) : reportText(report, requireTests));
        for (const line of unreadableText(report)) say(line);
        const { files, untested, unreadable, failed } = report;
        if (files.length === 0) say(`There is no test in ${paths.join(', ')} to run.`);
        if (unreadable.length > 0 || files.length === 0) return 2;
        return failed > 0 || (requireTests && untested.length > 0) ? 1 : 0;
      }),
    );
  command
    .command('backtest')
    .description(
      'Run a rule, correlation or filter over the events that the running server stores, and say what it would change. Exit code 1 if that fails, 2 without a server or for a rule that is not right.',
    )
    .requiredOption('--rule <file>', 'the rule; it need not be in force')
    .option('--since <time>', 'from then on: ISO 8601, or a time back such as 12h or 7d', '7d')
    .option('--until <time>', 'up to then')
    .option('--config <file>', 'configuration file of the server')
    .option('--data <dir>', 'data folder of the server')
    .option('--json', 'print JSON')
    .action(({ json, ...options }: BacktestCommandOptions) =>
      orUnreadable(say, async () => {
        const { loadConfig } = await import('../config/load.ts');
        const { backtestText, runBacktest } = await import('../sigma/backtest.ts');
        const { visibleJson, visibleText } = await import('../dead_letters/visible.ts');
        const { data } = await loadConfig(options, root);
        const onTerminal = process.stderr.isTTY;
        const job = await runBacktest(data, options, ({ done, total = 0 }) => {
          if (onTerminal) process.stderr.write(`\r${done} of ${total} events`);
        });
        if (onTerminal) say('');
        print(json ? visibleJson(job) : visibleText(backtestText(job)));
        return job.state === 'done' && job.result?.rejected.length === 0 ? 0 : 1;
      }),
    );
  return command;
};

/** Adds the words of a repeated option, which may be a list with commas. */
const addWords = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
];

/** Runs what a command does and sets its exit code; expected failures are said, with exit code 2. */
async function orUnreadable(say: (text: string) => void, run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    if (!isTidewatchError(error)) throw error;
    say(error.message);
    process.exitCode = 2;
  }
}
