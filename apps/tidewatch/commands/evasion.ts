import { lineTypeNames } from '@tidewatch/evasion/types';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { TrainRequest } from '../evasion/train.ts';
import type { CommandContext } from './context.ts';
import { type ServerOptions, withServer } from './server.ts';
import { addFile, orUnreadable } from './sigma/options.ts';

interface TrainCommand extends TrainRequest {
  readonly json?: boolean;
}

interface ScoreCommand {
  readonly model: string;
  readonly input: string;
  readonly output: string;
  readonly json?: boolean;
}

interface ExportCommand extends ServerOptions {
  readonly model: string;
  readonly output: string;
}

export const evasionCommand = ({ root, print, say }: CommandContext): Command => {
  const command = new Command('evasion').description(
    'Find lines that a Sigma rule would have caught, had they not been edited.',
  );
  command
    .command('train')
    .description(
      'Train a model on rules and on lines of your own site. Exit code 2 if something cannot be read or is too little.',
    )
    .requiredOption('--rules <path>', 'folder or file of Sigma rules; may be repeated', addFile)
    .requiredOption('--benign <file>', 'lines that nobody attacked with, one a row')
    .option('--verdicts <file>', 'what people said of lines, as `evasion export` writes it')
    .requiredOption('--output <folder>', 'the model’s folder, which is made')
    .addOption(
      new Option(
        '--type <type>',
        'what the lines are: command lines of processes, script blocks of PowerShell, paths of registry keys, or addresses that a proxy saw',
      )
        .choices(lineTypeNames)
        .default('process'),
    )
    .option('--name <name>', 'the model’s name', 'evasion')
    .option('--model-version <version>', 'the model’s version', '1')
    .option('--author <name>', 'who answers for it', 'unknown')
    .option('--false-positives <share>', 'share of benign lines that may be called evasions', share, 0.015)
    .option('--seed <number>', 'the same seed makes the same model', seed, 0)
    .option('--json', 'print JSON')
    .action(({ json, ...request }: TrainCommand) =>
      orUnreadable(say, async () => {
        const { trainFromFiles } = await import('../evasion/train.ts');
        const counts = await trainFromFiles(request, say);
        print(
          json
            ? JSON.stringify({ ...counts, output: request.output })
            : `${counts.rules} rules, ${counts.evasions} edited lines, ${counts.benign - counts.caught} benign lines: ${request.output}`,
        );
        return 0;
      }),
    );
  command
    .command('score')
    .description(
      'Write what each line is, as NDJSON: line, score, verdict, the rules it is near to, and the tokens that made the score.',
    )
    .requiredOption('--model <folder>', 'a model’s folder')
    .requiredOption('--input <file>', 'lines, one a row')
    .requiredOption('--output <file>', 'NDJSON that is written')
    .option('--json', 'print JSON')
    .action(({ json, ...request }: ScoreCommand) =>
      orUnreadable(say, async () => {
        const { scoreFile } = await import('../evasion/score.ts');
        const counts = await scoreFile(request);
        print(
          json
            ? JSON.stringify({ ...counts, output: request.output })
            : `${counts.evasion} evasions, ${counts.novel} novel, ${counts.benign} benign: ${request.output}`,
        );
        return 0;
      }),
    );
  withServer(
    command
      .command('export')
      .description(
        'Write the lines of closed alerts of a model as NDJSON for the next training: line, and whether it was an evasion.',
      ),
  )
    .option('--model <name>', 'the model’s name', 'evasion')
    .requiredOption('--output <file>', 'NDJSON that is written; it holds the lines as they were')
    .action(({ json, model, output, ...options }: ExportCommand) =>
      orUnreadable(say, async () => {
        const { loadConfig } = await import('../config/load.ts');
        const { exportVerdicts } = await import('../evasion/verdicts.ts');
        const { data } = await loadConfig(options, root);
        const counts = await exportVerdicts(data, model, output);
        print(
          json
            ? JSON.stringify({ ...counts, output })
            : `${counts.evasions} evasions, ${counts.cleared} cleared lines: ${output}`,
        );
        return 0;
      }),
    );
  return command;
};

function share(text: string): number {
  const value = Number(text);
  if (!/^0?\.\d{1,6}$/.test(text) || value <= 0 || value > 0.5)
    throw new InvalidArgumentError('a share above 0, at most 0.5');
  return value;
}

function seed(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number of at most nine digits');
  return Number(text);
}
