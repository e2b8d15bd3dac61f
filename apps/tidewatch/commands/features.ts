import { isoTime } from '@tidewatch/event';
import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.ts';
import { type ServerOptions, withServer } from './server.ts';
import { orUnreadable } from './sigma/options.ts';

interface ExportOptions extends ServerOptions {
  readonly model: string;
  readonly output: string;
  readonly input?: string;
  readonly since?: number;
  readonly purpose?: string;
}

const defaultSinceMs = 30 * 86_400_000;

/** What models are shown of events. */
export const featuresCommand = ({ root, print, say }: CommandContext): Command => {
  const command = new Command('features').description('What models are shown of events.');
  withServer(
    command
      .command('export')
      .description(
        'Write rows of features to train a model on, as the scorer computes them, and verdicts of analysts as labels. Exit code 2 if something cannot be read, written or had.',
      ),
  )
    .requiredOption('--model <folder>', 'the model’s folder; its manifest names events and features')
    .requiredOption('--output <file>', '.parquet, .ndjson or .csv')
    .option('--input <file>', 'events as JSON lines in ECS, instead of those of the server; without labels')
    .option(
      '--since <time>',
      'events since then: ISO 8601, or a time back such as 7d; of the server 30d if not given',
      since,
    )
    .option('--purpose <text>', 'what they are used for; the server’s audit log keeps it')
    .action(({ json, ...options }: ExportOptions) =>
      orUnreadable(say, async () => {
        const { exportFeatures } = await import('../features/export.ts');
        const { formatOf } = await import('../features/row_file.ts');
        const format = formatOf(options.output);
        if (format === undefined) {
          say(`The file ${options.output} must end in .parquet, .ndjson or .csv.`);
          return 2;
        }
        const from = await fromOf(options);
        if (typeof from === 'string') {
          say(from);
          return 2;
        }
        const { model, output } = options;
        const summary = await exportFeatures({ model, output, format, from }, say);
        const { rows, columns, labels, dropped } = summary;
        if (dropped > 0)
          say(`${dropped} entities had no room in windows: rows of theirs tell of less than there was.`);
        print(
          json
            ? JSON.stringify({ ...summary, output })
            : `${rows} rows of ${columns} columns, ${labels.attack} labelled as attacks, ${labels.none} as none: ${output}`,
        );
        return 0;
      }),
    );
  return command;

  async function fromOf({ input, since, purpose, ...options }: ExportOptions) {
    if (input !== undefined) return { file: input, ...(since === undefined ? {} : { since }) };
    if (purpose === undefined)
      return 'Say with --purpose what the events are used for: the audit log keeps it. Or name a file of events with --input.';
    const { loadConfig } = await import('../config/load.ts');
    const { data } = await loadConfig(options, root);
    return { data, since: since ?? Date.now() - defaultSinceMs, purpose };
  }
};

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** Epoch milliseconds. */
function since(text: string): number {
  const back = /^(\d{1,6})([mhdw])$/.exec(text);
  const time =
    back === null ? isoTime(text) : Date.now() - Number(back[1]) * unitMs[back[2] as keyof typeof unitMs];
  if (Number.isNaN(time)) throw new InvalidArgumentError('It must be ISO 8601, or a time back such as 7d.');
  return time;
}
