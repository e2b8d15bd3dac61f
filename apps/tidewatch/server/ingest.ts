import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { mayIngest } from '@tidewatch/control';
import { type AcceptDeps, acceptLists, createAccept, createJudge, type OwnJudge } from '@tidewatch/ingest';
import { inputs as shipped } from '@tidewatch/inputs';
import { createNormaliser } from '@tidewatch/normalize';
import type { Accept, AnyPlugin, HostedPlugin, Input, InputContext } from '@tidewatch/plugin';
import { pseudonymStage } from './governance/pseudonyms.ts';
import { hostPlugins } from './plugins.ts';
import type { InputConfig, RunningInput, Runtime } from './runtime.ts';

/** The entry of the pipeline, shared by all inputs of the process. */
export function openAccept(runtime: Runtime): Accept {
  const { adapters, metrics, log, plugins, parts } = runtime;
  const { events, redirects } = adapters;
  const { disk } = parts;
  if (disk === undefined) throw new TypeError('Nobody watches the disk that the intake fills.');
  const deadLetters = disk.slowedLetters(adapters.deadLetters);
  const processors = plugins.filter(isProcessor);
  const seal = runtime.pseudonyms?.letters.seal;
  const normaliser = openNormaliser(runtime);
  const accept = createAccept({
    ...{ events, deadLetters, ...normaliser, processors, seal, metrics, log },
    redirects,
    lost: runtime.noise?.forget,
  });
  return disk.slowed(acceptLists(accept));
}

/** The same parsers and processors, in workers of their own. Rejects with `PLUGIN_UNLOADABLE`. */
export async function openJudge(runtime: Runtime): Promise<OwnJudge> {
  const { config, plugins, metrics, log } = runtime;
  const own = config.plugins.filter((_, i) => isProcessor(plugins[i] as HostedPlugin));
  const processors = await hostPlugins({ plugins: own }, log, () => {});
  return {
    judge: createJudge({
      ...openNormaliser(runtime),
      ...{ processors, redirects: runtime.adapters.redirects, metrics },
    }),
    async close() {
      await Promise.all(processors.map((plugin) => plugin.close()));
    },
  };
}

const isProcessor = ({ description: { kind } }: HostedPlugin): boolean =>
  kind === 'processor' || kind === 'enricher';

/** The parsers with the stages behind them, of which that of pseudonyms is the last: it replaces what others look at. */
function openNormaliser(runtime: Runtime): Pick<AcceptDeps, 'normalise' | 'settle'> {
  const { parsers, joins, enrichment } = runtime;
  if (parsers === undefined || joins === undefined || enrichment === undefined)
    throw new TypeError('This process reads no records.');
  const stages = [joins.stage, enrichment.stage, pseudonymStage(runtime)];
  const normalise = createNormaliser({
    // Governance is read anew on a reload.
    classify: (source, dataset) => runtime.governance.classify(source, dataset),
    stages,
    parsers: () => parsers.current().dispatch,
  });
  const settling = stages.flatMap(({ settle }) => (settle === undefined ? [] : [settle]));
  const counted = parsers.counted(normalise);
  if (settling.length === 0) return { normalise: counted };
  return {
    normalise: counted,
    async settle() {
      await Promise.all(settling.map((settle) => settle()));
    },
  };
}

/** Starts the configured inputs. One that cannot start stops the start: its sender would find nobody. */
export async function startInputs(runtime: Runtime, accept: Accept): Promise<void> {
  try {
    for (const configured of runtime.config.inputs) await startInput(configured, runtime, accept);
  } catch (error) {
    await stopInputs(runtime);
    throw error;
  }
}

export async function stopInputs({ parts }: Pick<Runtime, 'parts'>): Promise<void> {
  await Promise.all(parts.inputs.map(({ input }) => input.stop()));
}

/**
 * Stops inputs that are configured no longer or otherwise, and starts those that are new; the others go on. Answers how
 * many changed. One that can't start is left out and said, the others stand.
 */
export async function replaceInputs(runtime: Runtime, accept: Accept): Promise<number> {
  const { config, parts, log } = runtime;
  const stays = ({ configured }: RunningInput) =>
    config.inputs.some((wanted) => isDeepStrictEqual(wanted, configured));
  const gone = parts.inputs.filter((running) => !stays(running));
  await Promise.all(gone.map(({ input }) => input.stop()));
  parts.inputs = parts.inputs.filter(stays);
  const missing = config.inputs.filter(
    (wanted) => !parts.inputs.some(({ configured }) => isDeepStrictEqual(wanted, configured)),
  );
  for (const configured of missing) {
    try {
      await startInput(configured, runtime, accept);
    } catch (error) {
      log.error({ input: configured.type, reason: (error as Error).message }, 'An input could not start');
    }
  }
  return gone.length + missing.length;
}

async function startInput(configured: InputConfig, runtime: Runtime, accept: Accept): Promise<void> {
  const { config, parts, log, metrics } = runtime;
  const { type, ...own } = configured;
  const plugin = shipped.find(({ name }) => name === type) as AnyPlugin<'input'>;
  const name = nameOf(configured, config.inputs);
  const directory = join(config.data, 'inputs', name);
  const byServerKeys = 'server_keys' in own && own.server_keys === true;
  const context: InputContext = {
    ...{ name, accept, metrics, log, directory },
    ...(byServerKeys && { senderOf: await senders(runtime) }),
  };
  const input: Input = plugin.create(plugin.config.parse(own) as never, context);
  parts.inputs = [...parts.inputs, { name: type, configured, input }];
  await input.start();
}

/** Who may send by a key of this server; its accounts are made where there are none. */
async function senders({ adapters }: Runtime): Promise<NonNullable<InputContext['senderOf']>> {
  const { keys } = await adapters.openControl();
  return (secret) => {
    const key = keys.find(secret);
    if (key === undefined || !mayIngest(key)) return undefined;
    return { id: key.id, ...(key.sources && { sources: key.sources }) };
  };
}

/** What it keeps is found again after the configuration's order changed: type and source name it, then a number. */
function nameOf(configured: InputConfig, all: readonly InputConfig[]): string {
  const { type, source = '' } = configured as InputConfig & { source?: string };
  const place = all.filter((other) => other.type === type).indexOf(configured);
  return source === '' ? `${type}-${place}` : `${type}-${source}`;
}
