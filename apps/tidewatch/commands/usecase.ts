import { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { type ServerOptions, withServer } from './server.ts';
import { orUnreadable } from './sigma/options.ts';

interface Options extends ServerOptions {
  readonly reason?: string;
}

const codes =
  'Exit code 0 if all is done, 1 if something is kept and not in force, 2 if something is refused.';

/** What the running server does with use-cases: it alone knows what is in force. */
export const usecaseCommand = (context: CommandContext): Command => {
  const change = (head: Command, verb: 'push' | 'remove' | 'restore'): Command =>
    withServer(head.option('--reason <text>', 'why, for the audit log')).action(
      (names: string[], options: Options) =>
        run(context, options, async (data) => {
          const usecases = await import('../usecases/change.ts');
          const changed = await usecases.changeUseCases(data, verb, names, options.reason);
          return { json: changed, text: usecases.changedText(changed), code: usecases.exitCode(changed) };
        }),
    );
  return new Command('usecase')
    .description('Use-cases of the running server: why data may be processed, and by which rules.')
    .addCommand(
      withServer(new Command('list').description('Every use-case, and why one is not in force.')).action(
        (options: Options) =>
          run(context, options, async (data) => {
            const usecases = await import('../usecases/read.ts');
            const list = await usecases.listUseCases(data);
            return { json: list, text: usecases.listText(list), code: list.faults.length === 0 ? 0 : 1 };
          }),
      ),
    )
    .addCommand(
      withServer(
        new Command('show').description('One use-case as written.').argument('<name>', 'its name'),
      ).action((name: string, options: Options) =>
        run(context, options, async (data) => {
          const usecases = await import('../usecases/read.ts');
          const found = await usecases.showUseCase(data, name);
          return { json: found, text: usecases.detailText(found), code: 0 };
        }),
      ),
    )
    .addCommand(
      change(
        new Command('push')
          .description(`Have the running server keep use-cases, and go by them. ${codes}`)
          .argument('<file...>', 'files of use-cases; each goes by its name'),
        'push',
      ),
    )
    .addCommand(
      change(
        new Command('remove')
          .description(
            `Withdraw use-cases that the running server keeps; \`restore\` brings them back. ${codes}`,
          )
          .argument('<name...>', 'names of use-cases'),
        'remove',
      ),
    )
    .addCommand(
      change(
        new Command('restore')
          .description(`Bring back the version before of use-cases that the running server keeps. ${codes}`)
          .argument('<name...>', 'names of use-cases'),
        'restore',
      ),
    );
};

interface Result {
  readonly json: unknown;
  readonly text: string;
  readonly code: number;
}

const run = (
  { print, root, say }: CommandContext,
  { json, config, data }: Options,
  work: (data: string) => Promise<Result>,
) =>
  orUnreadable(say, async () => {
    const { loadConfig } = await import('../config/load.ts');
    const { visibleJson, visibleText } = await import('../dead_letters/visible.ts');
    const where = { ...(config === undefined ? {} : { config }), ...(data === undefined ? {} : { data }) };
    const result = await work((await loadConfig(where, root)).data);
    print(json ? visibleJson(result.json) : visibleText(result.text));
    return result.code;
  });
