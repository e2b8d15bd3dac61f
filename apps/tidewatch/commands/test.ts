import { join } from 'node:path';
import { Command } from 'commander';
import { reasonOf, startErrors } from '../errors.ts';
import type { CommandContext } from './context.ts';
import { addFile, orUnreadable } from './sigma/options.ts';

interface Options {
  readonly with?: readonly string[];
  readonly filter?: string;
  readonly write?: boolean;
  readonly overwrite?: boolean;
  readonly requireTests?: boolean;
  readonly json?: boolean;
}

export const testCommand = (context: CommandContext): Command =>
  new Command('test')
    .description('Run the tests that stand beside what people write.')
    .addCommand(parsers(context));

const parsers = ({ root, print, say }: CommandContext): Command =>
  new Command('parsers')
    .description(
      'Run the tests that stand beside parsers: NAME.test.yml beside NAME.yml (docs/parser_test.schema.json says what is in it). ' +
        'Exit code 0 if all pass, 1 if one fails, 2 if something cannot be read or there is no test.',
    )
    .argument('[path...]', 'folders or files of parsers; default: those that ship')
    .option('--with <dir>', 'further parsers that records may belong to; may be repeated', addFile)
    .option('--filter <text>', 'only parsers whose name has this in it')
    .option('--write', 'add what is found to tests that say nothing of what they expect')
    .option('--overwrite', 'write what is found also where the test says otherwise')
    .option('--require-tests', 'exit code 1 also if a parser has no tests beside it')
    .option('--json', 'print JSON')
    .action(
      (
        paths: string[],
        { json, write, overwrite = false, requireTests = false, with: beside, filter }: Options,
      ) =>
        orUnreadable(say, async () => {
          const [{ testParsers }, { reportText }, { writeExpected }] = await Promise.all([
            import('@tidewatch/normalize'),
            import('../parsers/test_text.ts'),
            import('../parsers/write_expected.ts'),
          ]);
          const tested = paths.length === 0 ? [join(root, 'parsers')] : paths;
          const among = { ...(beside && { beside }), ...(filter && { filter }) };
          let report = await readable(testParsers(tested, among));
          if (write === true || overwrite) {
            let written = 0;
            for (const parser of report.parsers)
              if (parser.results.length > 0) written += await writeExpected(parser, overwrite);
            if (written > 0) say(`Wrote what ${written} tests expect: read it before you trust it.`);
            report = await readable(testParsers(tested, among));
          }
          print(json ? JSON.stringify(report, undefined, 2) : reportText(report));
          const unreadable =
            report.faults.length > 0 || report.parsers.some(({ issues }) => issues.length > 0);
          if (unreadable || report.passed + report.failed === 0) return 2;
          const untested = requireTests && report.parsers.some((parser) => parser.untested);
          return report.failed > 0 || untested ? 1 : 0;
        }),
    );

/** A path that can't be read is an answer, not a crash. */
async function readable<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined || error.path === undefined) throw error;
    throw startErrors.FILE_UNREADABLE({ file: error.path, reason: reasonOf(error) });
  });
}
