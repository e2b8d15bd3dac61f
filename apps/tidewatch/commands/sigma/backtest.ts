import { Command } from 'commander';
import type { BacktestOptions } from '../../sigma/backtest.ts';
import type { CommandContext } from '../context.ts';
import { orUnreadable } from './options.ts';

interface BacktestCommandOptions extends BacktestOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export const backtestCommand = ({ print, root, say }: CommandContext): Command =>
  new Command('backtest')
    .description(
      'Run a rule, correlation or filter over the events that the running server stores, and say what it would change. Exit code 1 if that fails, 2 without a server or for a rule that is not right, 130 if Ctrl-C ended it, here and on the server.',
    )
    .requiredOption('--rule <file>', 'the rule; it need not be in force')
    .option('--since <time>', 'from then on: ISO 8601, or a time back such as 12h or 7d', '7d')
    .option('--until <time>', 'up to then')
    .option('--config <file>', 'configuration file of the server')
    .option('--data <dir>', 'data folder of the server')
    .option('--json', 'print JSON')
    .action(({ json, ...options }: BacktestCommandOptions) =>
      orUnreadable(say, async () => {
        const { loadConfig } = await import('../../config/load.ts');
        const { backtestText, runBacktest } = await import('../../sigma/backtest.ts');
        const { whileFollowing } = await import('../../sigma/follow_backtest.ts');
        const { visibleJson, visibleText } = await import('../../dead_letters/visible.ts');
        const { data } = await loadConfig(options, root);
        const job = await whileFollowing(say, (following) => runBacktest(data, options, following));
        print(json ? visibleJson(job) : visibleText(backtestText(job)));
        if (job.state === 'cancelled') return 130;
        return job.state === 'done' && job.result?.rejected.length === 0 ? 0 : 1;
      }),
    );
