import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.ts';
import { addFile, orUnreadable } from './sigma/options.ts';

interface Options {
  readonly source: string;
  readonly dataset?: string;
  readonly parsers?: readonly string[];
  readonly config?: string;
  readonly json?: boolean;
  readonly name: string;
  readonly limit: number;
  readonly from: string;
  readonly to: string;
}

export const parsersCommand = (context: CommandContext): Command =>
  new Command('parsers')
    .description('Parsers: what reads records, and what could read those that nothing understands.')
    .addCommand(list(context))
    .addCommand(check(context))
    .addCommand(suggest(context))
    .addCommand(create(context));

const among = (command: Command): Command =>
  command
    .option(
      '--parsers <path>',
      'folder or file of your own parsers, instead of those that the configuration names; may be repeated',
      addFile,
    )
    .option('--config <file>', 'configuration whose parsers are used')
    .option('--json', 'print JSON');

const list = ({ root, print, say }: CommandContext): Command =>
  among(
    new Command('list').description(
      'Every parser that a server here would have in force. Exit code 1 if one is not in force as written.',
    ),
  ).action((options: Options) =>
    orUnreadable(say, async () => {
      const { loadForCommand } = await import('../parsers/sources.ts');
      const { entries, faults } = await loadForCommand(options, root, say);
      const rows = entries.map(({ parser: { name, title, file, native }, shipped, report }) => ({
        name,
        title,
        file,
        native,
        shipped,
        ...(report && { tests: report.results.length }),
      }));
      if (options.json) print(JSON.stringify({ parsers: rows, faults }));
      else
        for (const { name, title, shipped, native } of rows)
          print(`${name.padEnd(28)} ${shipped ? (native ? 'built in' : 'ships   ') : 'your own'}  ${title}`);
      return faults.length > 0 ? 1 : 0;
    }),
  );

const check = ({ print, say }: CommandContext): Command =>
  new Command('check')
    .description(
      'Say whether parsers are right, and their tests pass; warn of what ECS does not allow. Exit code 0 if so, 1 if not, 2 if something cannot be read.',
    )
    .argument('<path...>', 'folders or files of parsers')
    .option('--json', 'print JSON')
    .action((paths: string[], { json }: Options) =>
      orUnreadable(say, async () => {
        const [{ loadParserSet }, { faultTexts }, { requireAll }] = await Promise.all([
          import('@tidewatch/normalize'),
          import('../server/parsers/faults.ts'),
          import('../parsers/sources.ts'),
        ]);
        await requireAll(paths);
        const { entries, faults } = await loadParserSet({ own: paths, shipped: [], resources: {} });
        const warnings = entries.flatMap(({ report }) =>
          (report?.results ?? []).flatMap(({ title, warnings }) =>
            warnings.map((warning) => `${report?.file}: “${title}”: ${warning}`),
          ),
        );
        if (json) print(JSON.stringify({ parsers: entries.length, faults, warnings }));
        else {
          for (const text of faults.flatMap(faultTexts)) print(`✗ ${text}`);
          for (const warning of warnings) print(`! ${warning}`);
          print(`${entries.length} parsers right, ${faults.length} faults, ${warnings.length} warnings`);
        }
        if (faults.length > 0) return 1;
        return entries.length === 0 ? 2 : 0;
      }),
    );

const suggest = ({ root, print, say }: CommandContext): Command =>
  among(
    new Command('suggest')
      .description(
        'Group the records of a file that no parser understands by shape, most frequent first, with a way to read each. ' +
          'Exit code 0 if all are understood, 1 if some are not, 2 if the file cannot be read.',
      )
      .argument('<file>', 'log lines or JSON documents (.gz too), or - for standard input')
      .option('--source <name>', 'name of the input’s source', 'parse')
      .option('--dataset <name>', 'data set that the input would name')
      .option(
        '--name <name>',
        'name that the parser would have; what stands before the dot names its fields',
        parseName,
        'custom.log',
      )
      .option('--limit <n>', 'most shapes', parseLimit, 20),
  ).action((file: string, options: Options) =>
    orUnreadable(say, async () => {
      const { suggestFor, suggestionsText } = await import('../parsers/suggest.ts');
      const found = await suggestFor(file, options, root, say);
      print(options.json ? JSON.stringify(found) : suggestionsText(found));
      return found.records > found.understood ? 1 : 0;
    }),
  );

const create = ({ root, print, say }: CommandContext): Command =>
  among(
    new Command('new')
      .description(
        'Write a parser and its tests from the records of a file that no parser understands: a beginning, to be read and bettered.',
      )
      .argument('<name>', 'its name, which is the data set of its events, e.g. acme.access', parseName)
      .requiredOption('--from <file>', 'log lines or JSON documents (.gz too), or - for standard input')
      .option('--source <name>', 'name of the input’s source', 'parse')
      .option('--dataset <name>', 'data set that the input would name')
      .option('--to <dir>', 'folder for the two files', 'parsers'),
  ).action((name: string, options: Options) =>
    orUnreadable(say, async () => {
      const [{ suggestFor }, { writeNewParser }] = await Promise.all([
        import('../parsers/suggest.ts'),
        import('../parsers/new_parser.ts'),
      ]);
      const found = await suggestFor(options.from, { ...options, name, limit: 200 }, root, say);
      const written = await writeNewParser(name, found.shapes, options.to);
      if (written === undefined) {
        say(
          found.records === found.understood
            ? `Nothing was written: all ${found.records} records of ${options.from} are understood.`
            : `Nothing was written: of ${found.records} records ${found.understood} are understood, and the others are too unlike one another.`,
        );
        return 1;
      }
      if (options.json) print(JSON.stringify(written));
      else {
        const { file, testFile, shapes, records } = written;
        print(`${file}: reads ${records} of ${found.records} records, of ${shapes} shapes`);
        print(
          `${testFile}: ${shapes} tests expect what the parser makes of them now; read them before you trust it`,
        );
      }
      return 0;
    }),
  );

function parseName(text: string): string {
  if (/^[a-z][a-z\d_]*(?:\.[a-z\d_]+)*$/.test(text) && text.length <= 100) return text;
  throw new InvalidArgumentError('A name is lower case letters, digits, _ and dots, e.g. acme.access.');
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0 && limit <= 10_000) return limit;
  throw new InvalidArgumentError('A number from 1 to 10,000.');
}
