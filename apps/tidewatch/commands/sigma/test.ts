import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addFile, orUnreadable, pipelineHelp } from './options.ts';

interface TestCommandOptions {
  readonly with?: readonly string[];
  readonly filter?: string;
  readonly requireTests?: boolean;
  readonly placeholders?: string;
  readonly pipeline?: readonly string[];
  readonly json?: boolean;
}

export const testCommand = ({ root, print, say }: CommandContext): Command =>
  new Command('test')
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
        const [{ testRules }, { reportText, unreadableText }, { visibleJson }, { shippedDispatch }] =
          await Promise.all([
            import('../../sigma/test/run.ts'),
            import('../../sigma/test/text.ts'),
            import('../../dead_letters/visible.ts'),
            import('../../parsers/sources.ts'),
          ]);
        const report = await testRules(paths, { ...options, parsers: await shippedDispatch(root) });
        print(json ? visibleJson(report) : reportText(report, requireTests));
        for (const line of unreadableText(report)) say(line);
        const { files, untested, unreadable, failed } = report;
        if (files.length === 0) say(`There is no test in ${paths.join(', ')} to run.`);
        if (unreadable.length > 0 || files.length === 0) return 2;
        return failed > 0 || (requireTests && untested.length > 0) ? 1 : 0;
      }),
    );
