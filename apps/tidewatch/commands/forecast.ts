import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.ts';
import { orUnreadable } from './sigma/options.ts';

interface BacktestOptions {
  readonly train: string;
  readonly test: string;
  readonly seasons: readonly number[];
  readonly horizon: number;
  readonly level: number;
  readonly json?: boolean;
}

export const forecastCommand = (context: CommandContext): Command =>
  new Command('forecast')
    .description('Forecast series of measurements, and see how well.')
    .addCommand(backtestCommand(context))
    .addCommand(detectCommand(context));

const backtestCommand = ({ print, say }: CommandContext): Command =>
  new Command('backtest')
    .description(
      'Forecast what follows each series of a file, and hold it against what did: by the measures of the M4 competition, whose files have this layout (a series a row: id, values).',
    )
    .requiredOption('--train <file>', 'CSV of the series')
    .requiredOption('--test <file>', 'CSV of what follows them, by the same ids')
    .option(
      '--seasons <steps>',
      'seasons they may have, in steps; the first is the one that errors are scaled by',
      steps,
      [24, 168],
    )
    .option('--horizon <steps>', 'steps ahead', count, 48)
    .option('--level <share>', 'share that the band is to hold', share, 0.95)
    .option('--json', 'print JSON')
    .action(({ json, ...request }: BacktestOptions) =>
      orUnreadable(say, async () => {
        const { backtest, backtestText } = await import('../forecast/backtest.ts');
        const report = await backtest(request, progress);
        print(json ? JSON.stringify(report, undefined, 2) : backtestText(report));
        return 0;
      }),
    );

const detectCommand = ({ print, say }: CommandContext): Command =>
  new Command('detect')
    .description(
      'Say of each value of a series what was expected before it came, and whether it is out of its band: as CSV (timestamp,value,expected,lower,upper,score; a score above 1 is out of the band that holds 99 %).',
    )
    .requiredOption('--input <file>', 'CSV with the columns timestamp,value')
    .option(
      '--step <seconds>',
      'seconds between values; by default what the file’s first stamps say',
      seconds,
    )
    .action((request: { readonly input: string; readonly step?: number }) =>
      orUnreadable(say, async () => {
        const { detect } = await import('../forecast/detect.ts');
        const rows: string[] = [];
        const { values, outside } = await detect(request, (row) => {
          if (rows.push(row) >= 1_000) print(rows.splice(0).join('\n'));
        });
        if (rows.length > 0) print(rows.join('\n'));
        say(`${values} values, ${outside} out of their band`);
        return values === 0 ? 1 : 0;
      }),
    );

function progress(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total} series${done === total ? '\n' : ''}`);
}

function steps(text: string): readonly number[] {
  return text.split(',').map((part) => count(part.trim()));
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number of seconds above 0.');
  return value;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('A whole number of steps from 1 on.');
  return Number(text);
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('A share between 0 and 1, such as 0.95.');
  return value;
}
