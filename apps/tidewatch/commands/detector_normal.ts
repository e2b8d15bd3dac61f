import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from './context.ts';
import { askingBy, type ServerOptions, withServer } from './server.ts';

type Show = (json: boolean | undefined, value: unknown, text: string) => Promise<void>;

interface NormalOptions extends ServerOptions {
  readonly entity?: string[];
  readonly direction: 'above' | 'below' | 'both';
  readonly absolute?: number;
  readonly relative?: number;
  readonly reason?: string;
  readonly expires?: string;
}

const asking = askingBy(async (data: string) =>
  (await import('../detectors/client.ts')).detectorClient(data),
);
const words = () => import('../detectors/print.ts');

/** What is normal of a detector's entities, and what verdicts speak for. */
export const normalCommand = (context: CommandContext, show: Show): Command =>
  new Command('normal')
    .description('What is normal of an entity, or of all: no reason for an alert.')
    .addCommand(
      withServer(new Command('list').description('What was called normal.').argument('<id>')).action(
        (id: string, options: ServerOptions) =>
          asking(context, async (client, { json }) => {
            const list = await client.normal(id);
            await show(json, list, (await words()).normalText(list));
          })(options),
      ),
    )
    .addCommand(
      withServer(
        new Command('suggest')
          .description('Changes that the verdicts on its alerts speak for, and what each would have hidden.')
          .argument('<id>'),
      ).action((id: string, options: ServerOptions) =>
        asking(context, async (client, { json }) => {
          const list = await client.suggestions(id);
          await show(json, list, (await words()).suggestionText(list));
        })(options),
      ),
    )
    .addCommand(
      withServer(
        new Command('add')
          .description('Call it normal; without --reason, only say what that would have hidden.')
          .argument('<id>')
          .argument('<feature>'),
      )
        .option('--entity <values...>', 'a value for each field of its `by`; default: every entity')
        .addOption(
          new Option('--direction <side>', 'on which side of what was expected')
            .choices(['above', 'below', 'both'])
            .default('both'),
        )
        .option('--absolute <number>', 'how far off is normal, in the feature’s own unit', positive)
        .option('--relative <share>', 'the same as a share of what was expected', positive)
        .option('--reason <text>', 'why it is normal')
        .option('--expires <time>', 'until when, such as 2027-01-01T00:00:00Z; default: until taken back')
        .action((id: string, feature: string, options: NormalOptions) =>
          asking(context, async (client, { json }) => {
            const { entity, direction, absolute, relative, reason, expires } = options;
            const reach = {
              ...{ feature, direction },
              ...(absolute !== undefined && { absolute }),
              ...(relative !== undefined && { relative }),
            };
            const asked = {
              features: [reach],
              ...(entity !== undefined && { entity }),
              ...(expires !== undefined && { expires }),
            };
            const { effectText, normalRowText } = await words();
            const { effect } = await client.effect(id, asked);
            if (reason === undefined) return show(json, { effect }, effectText(effect));
            const made = await client.callNormal(id, { ...asked, reason });
            await show(
              json,
              { normal: made, effect },
              `${normalRowText(made)}\n         ${effectText(effect)}`,
            );
          })(options),
        ),
    )
    .addCommand(
      withServer(
        new Command('delete')
          .description('Take back what was called normal.')
          .argument('<id>')
          .argument('<normal>', 'as `list` says it'),
      ).action((id: string, normal: string, options: ServerOptions) =>
        asking(context, async (client, { json }) => {
          const gone = await client.takeBack(id, normal);
          await show(json, gone, `taken back  ${gone.id}`);
        })(options),
      ),
    );

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It is a number above 0.');
  return value;
}
