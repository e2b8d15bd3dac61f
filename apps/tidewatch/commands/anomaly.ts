import type { ScoreName } from '@tidewatch/forest';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from './context.ts';
import { orUnreadable } from './sigma/options.ts';

interface Options {
  readonly input: string;
  readonly output: string;
  readonly shingle: number;
  readonly seed: number;
  readonly score: ScoreName;
  readonly json?: boolean;
}

export const anomalyCommand = ({ print, say }: CommandContext): Command =>
  new Command('anomaly').description('Find what is odd in series, by a random cut forest.').addCommand(
    new Command('score')
      .description(
        'Write a series with how odd each value was when it came (timestamp,value,anomaly_score,grade,expected): a score from 0.5 on is worth a look.',
      )
      .requiredOption('--input <file>', 'CSV with the columns timestamp,value')
      .requiredOption('--output <file>', 'CSV that is written')
      .option('--shingle <values>', 'values in a row that are looked at together', whole(1, 64), 8)
      .option('--seed <number>', 'the same seed gives the same scores', whole(0, 4_294_967_295), 0)
      .addOption(
        new Option(
          '--score <name>',
          'what makes a value odd: that it is parted early, or the others that it moves (fewer false alerts in steady rhythms, fewer finds elsewhere)',
        )
          .choices(['depth', 'displacement'] satisfies ScoreName[])
          .default('depth'),
      )
      .option('--json', 'print JSON')
      .action(({ json, ...request }: Options) =>
        orUnreadable(say, async () => {
          const { scoreSeries } = await import('../anomaly/score_series.ts');
          const seen = await scoreSeries(request);
          print(
            json
              ? JSON.stringify({ ...seen, output: request.output })
              : `${seen.values} values, ${seen.anomalies} worth a look: ${request.output}`,
          );
          return seen.values === 0 ? 1 : 0;
        }),
      ),
  );

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
    return value;
  };
