import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from './context.ts';
import { type ServerOptions, withServer } from './server.ts';
import { orUnreadable } from './sigma/options.ts';

interface Options extends ServerOptions {
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly force?: boolean;
  readonly key?: string;
  readonly events?: string;
  readonly name?: string;
}

type Client = Awaited<ReturnType<typeof import('../models/client.ts')['modelsOf']>>;
type Print = typeof import('../models/print.ts');

interface Result {
  readonly json: unknown;
  readonly text: string;
  readonly code?: number;
}

const why = new Option('--reason <text>', 'why, for the history and the audit log').makeOptionMandatory();

const sample = () =>
  new Option('--events <n>', 'stored events to look at, spread evenly where there are more')
    .default('20000')
    .argParser(eventsAsked);

/** Models that score events: their folders, and what the running server does with them. */
export const modelCommand = (context: CommandContext): Command => {
  const { print, say, root } = context;
  const command = new Command('model').description(
    'Models that score events: check their folders; add, try, promote and retire them on the running server. Exit code 2 if something is refused.',
  );

  const local = (head: Command, work: (folder: string, options: Options) => Promise<Result>) =>
    command.addCommand(
      head
        .option('--json', 'print JSON')
        .action((folder: string, options: Options) =>
          orUnreadable(say, async () => shown(options, await work(folder, options))),
        ),
    );

  const asking = (
    head: Command,
    work: (client: Client, options: Options, names: readonly string[], as: Print) => Promise<Result>,
  ) =>
    command.addCommand(
      withServer(head).action((...given: unknown[]) => {
        const options = given.at(-2) as Options;
        const names = given.slice(0, -2) as string[];
        return orUnreadable(say, async () => {
          const [{ loadConfig }, { modelsOf }, as] = await Promise.all([
            import('../config/load.ts'),
            import('../models/client.ts'),
            import('../models/print.ts'),
          ]);
          const client = await modelsOf((await loadConfig(options, root)).data);
          return shown(options, await work(client, options, names, as));
        });
      }),
    );

  async function shown({ json }: Options, result: Result): Promise<number> {
    const { visibleJson, visibleText } = await import('../dead_letters/visible.ts');
    print(json ? visibleJson(result.json) : visibleText(result.text));
    return result.code ?? 0;
  }

  const two = (name: string, text: string) =>
    new Command(name)
      .description(text)
      .argument('<name>', 'the model')
      .argument('<version>', 'its version', version);

  local(
    new Command('new')
      .description('Begin a model’s folder: a manifest and a card to fill in.')
      .argument('<folder>', 'made where it is not there')
      .requiredOption('--name <name>', 'the model’s name'),
    async (folder, { name = '' }) => {
      await (await import('../models/new_model.ts')).newModel(folder, name);
      return { json: { folder, name }, text: `${folder} has a manifest and a card to fill in.` };
    },
  );
  local(
    new Command('golden')
      .description(
        'Write down what an ONNX model says of events as what it has to say from now on, and the hashes of its files.',
      )
      .argument('<folder>', 'a folder with manifest, card and model')
      .requiredOption('--events <file>', 'NDJSON; the first 64 that the model is for are taken'),
    async (model, { events = '' }) => {
      const golden = await (await import('../models/golden.ts')).writeGolden({ model, events });
      return { json: { folder: model, golden }, text: `${model} has ${golden} golden events.` };
    },
  );
  local(
    new Command('reference')
      .description(
        'Write into a manifest what the features of an ONNX model were in training: drift is told by it.',
      )
      .argument('<folder>', 'a folder with a manifest')
      .requiredOption('--events <file>', 'NDJSON; all that it was trained on'),
    async (model, { events = '' }) => {
      const count = await (await import('../models/reference.ts')).writeReference(model, events);
      return { json: { folder: model, events: count }, text: `${model} has a reference of ${count} events.` };
    },
  );
  local(
    new Command('check')
      .description(
        'Say whether a folder is a model that may run: hashes, manifest, card, golden scores, speed.',
      )
      .argument('<folder>', 'a model’s folder'),
    async (folder) => {
      const [{ admitModel }, { workers }] = await Promise.all([
        import('@tidewatch/scorer'),
        import('../server/workers.ts'),
      ]);
      const { manifest, golden } = await admitModel(folder, { program: workers.admission, trusted: [] });
      const { name, version: of, kind } = manifest;
      return {
        json: { name, version: of, kind, golden },
        text: `${name} ${of} (${kind}) may run: ${golden} golden scores are as they should be.`,
      };
    },
  );
  local(
    new Command('sign')
      .description('Sign a model’s folder, for sites that run only what a trusted key signed.')
      .argument('<folder>', 'a model’s folder')
      .requiredOption('--key <file>', 'private key (Ed25519, PEM)'),
    async (folder, { key = '' }) => {
      const { signModelFolder } = await import('@tidewatch/models');
      await signModelFolder(folder, await readFile(key, 'utf8'));
      return { json: { folder }, text: `${folder} is signed.` };
    },
  );
  asking(
    new Command('add')
      .description('Hand a model’s folder to the running server, where it becomes a candidate.')
      .argument('<folder>', 'a model’s folder'),
    async (client, _, [folder = ''], { rowText }) => {
      const row = await client.add(folder);
      return { json: row, text: rowText(row) };
    },
  );
  asking(
    new Command('list').description(
      'Every model with its versions. Exit code 1 if one does not run that should.',
    ),
    async (client, _, __, { listText }) => {
      const list = await client.list();
      const code = list.some(({ versions }) => versions.some(({ reason }) => reason !== undefined)) ? 1 : 0;
      return { json: list, text: listText(list), code };
    },
  );
  asking(
    new Command('show').description('One model: versions, history, cards.').argument('<name>', 'the model'),
    async (client, _, [name = ''], { detailText }) => {
      const model = await client.show(name);
      return { json: model, text: detailText(model) };
    },
  );
  asking(
    two(
      'backtest',
      'What a version would have found in stored events, or in some that are spread evenly over them. Exit code 1 if a gate is not passed.',
    )
      .option('--from <time>', 'from when on: a time, or how long ago, e.g. 30d', '7d')
      .option('--to <time>', 'until when, likewise', 'now')
      .addOption(sample()),
    async (client, { from = '7d', to = 'now', events = '' }, [name = '', of = ''], { backtestText }) => {
      const { moment } = await import('../server/ask.ts');
      const range = { from: moment(from), to: moment(to) };
      const found = await client.backtest(name, of, { ...range, events: Number(events) });
      const code = found.gates.every(({ passed }) => passed) ? 0 : 1;
      return { json: found, text: backtestText(found), code };
    },
  );
  asking(
    two('promote', 'Let a version store scores, or raise alerts, too. To go live it has to pass its gates.')
      .addOption(new Option('--to <stage>', 'the stage').choices(['shadow', 'live']).default('live'))
      .addOption(why)
      .addOption(sample())
      .option('--force', 'although gates are not passed; that stands in the history'),
    async (client, { to = 'live', reason = '', force = false, events = '' }, [name = '', of = ''], as) => {
      const changed = await client.promote(name, of, { to, why: reason, force, events: Number(events) });
      return { json: changed, text: `${as.gatesText(changed.gates)}\n${as.rowText(changed.model)}` };
    },
  );
  asking(
    new Command('rollback')
      .description('Make the version live again that was before.')
      .argument('<name>', 'the model')
      .addOption(why),
    async (client, { reason = '' }, [name = ''], { rowText }) => {
      const row = await client.rollback(name, reason);
      return { json: row, text: rowText(row) };
    },
  );
  asking(
    two('retire', 'Let a version score no more.').addOption(why),
    async (client, { reason = '' }, [name = '', of = ''], { rowText }) => {
      const row = await client.retire(name, of, reason);
      return { json: row, text: rowText(row) };
    },
  );
  return command;
};

function version(text: string): string {
  if (!/^\d{1,6}(\.\d{1,6}){0,2}$/.test(text)) throw new InvalidArgumentError('digits and dots, e.g. 1.4.0');
  return text;
}

function eventsAsked(text: string): string {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1_000 || count > 1_000_000)
    throw new InvalidArgumentError('a number from 1000 to 1000000');
  return text;
}
