import { Command } from 'commander';
import type { Times } from '../detectors/client.ts';
import type { CommandContext } from './context.ts';
import { normalCommand } from './detector_normal.ts';
import { askingBy, count, type ServerOptions, withServer } from './server.ts';

type TimedOptions = ServerOptions & Times;

const asking = askingBy(async (data: string) =>
  (await import('../detectors/client.ts')).detectorClient(data),
);

/** Detectors of anomalies on the running server. */
export const detectorCommand = (context: CommandContext): Command => {
  const { print, say } = context;
  const show = async (json: boolean | undefined, value: unknown, text: string): Promise<void> => {
    const { visibleJson, visibleText } = await import('../dead_letters/visible.ts');
    print(json ? visibleJson(value) : visibleText(text));
  };
  const words = () => import('../detectors/print.ts');
  const timed = (command: Command): Command =>
    withServer(command)
      .option('--since <time>', 'from when on: `2h`, `7d`, or a time', '7d')
      .option('--until <time>', 'until when; default: now');

  return new Command('detector')
    .description('Detectors of anomalies: what is usual of each user, host or address, and what is not.')
    .addCommand(
      withServer(
        new Command('list').description('Every detector: how it stands, and what it waits for.'),
      ).action((options: ServerOptions) =>
        asking(context, async (client, { json }) => {
          const list = await client.list();
          await show(json, list, (await words()).listText(list));
        })(options),
      ),
    )
    .addCommand(
      withServer(new Command('show').description('One detector as written.').argument('<id>')).action(
        (id: string, options: ServerOptions) =>
          asking(context, async (client, { json }) => {
            const found = await client.show(id);
            await show(json, found, `${(await words()).rowText(found)}\n\n${found.source}`);
          })(options),
      ),
    )
    .addCommand(
      withServer(
        new Command('create')
          .description('Have the running server keep a detector, and run it; one of the same id is replaced.')
          .argument('<file>', 'YAML; see docs/detectors.md'),
      ).action((file: string, options: ServerOptions) =>
        asking(context, async (client, { json }) => {
          const made = await client.create(file);
          await show(json, made, (await words()).rowText(made));
        })(options),
      ),
    )
    .addCommand(
      timed(
        new Command('run')
          .description('Run a detector over stored events: what it would have found. Nothing of it stays.')
          .argument('<id>'),
      ).action((id: string, options: TimedOptions) =>
        asking(context, async (client, { json }) => {
          const run = await client.run(id, options, ({ done, total }) =>
            say(`${done} of ${total ?? '?'} events`),
          );
          await show(json, run, (await words()).runText(run));
          if (run.state !== 'done') process.exitCode = 1;
        })(options),
      ),
    )
    .addCommand(
      timed(new Command('history').description('Odd intervals that it has found.').argument('<id>'))
        .option('--limit <number>', 'at most so many', count, 100)
        .action((id: string, options: TimedOptions & { readonly limit: number }) =>
          asking(context, async (client, { json }) => {
            const found = await client.history(id, options, options.limit);
            await show(json, found, (await words()).historyText(found));
          })(options),
        ),
    )
    .addCommand(normalCommand(context, show))
    .addCommand(
      withServer(
        new Command('delete')
          .description('Delete a detector, and what it has learnt. Its results stay for their time.')
          .argument('<id>'),
      ).action((id: string, options: ServerOptions) =>
        asking(context, async (client, { json }) => {
          const gone = await client.remove(id);
          await show(json, gone, `deleted  ${id}`);
        })(options),
      ),
    );
};
