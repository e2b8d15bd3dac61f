import { pathToFileURL } from 'node:url';
import type { Logger } from '@tidewatch/telemetry';
import { type AskedThread, startAskedThread } from './asked_thread.ts';
import { pluginErrors } from './errors.ts';
import type { Answer, ItemResult, PluginDescription, Request } from './protocol.ts';

export interface HostOptions {
  /** Path of the user's ES module. */
  readonly module: string;
  readonly config: unknown;
  /** Where the worker's program lies: `worker.ts` in development, its bundle otherwise. */
  readonly worker: URL;
  readonly log: Logger;
  /** A batch that takes longer is given up and the worker is ended; milliseconds, default 5,000. */
  readonly timeoutMs?: number;
  /** Called for each failure of the plugin, for the metric. */
  readonly onFailure?: (name: string) => void;
}

/** One user's plugin, running in a thread of its own. */
export interface HostedPlugin {
  readonly description: PluginDescription;
  /** Gives the plugin each item; results in order. Rejects with `PLUGIN_SUSPENDED` when it can't run. */
  run(items: readonly unknown[]): Promise<ItemResult[]>;
  state(): { readonly state: 'running' | 'suspended'; readonly detail?: string };
  close(): Promise<void>;
}

type Ask = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;
type Thread = AskedThread<Ask, Extract<Answer, { ok: true }>>;

/** A module may import much before it answers, on a machine that is just starting. */
const startMs = 30_000;
/** After so many batches lost in a row to crashes or time-outs, the plugin stays suspended. */
const strikesAllowed = 3;
/** Heap of a worker in MiB. */
const heapMb = 256;

/**
 * Loads a user's plugin into a worker of its own. Rejects with `PLUGIN_UNLOADABLE` when the module is not there, is
 * not a plugin, or refuses its configuration.
 */
export async function hostPlugin(options: HostOptions): Promise<HostedPlugin> {
  const { log, timeoutMs = 5_000 } = options;
  let description: PluginDescription;
  let thread: Thread | undefined;
  let strikes = 0;
  let trouble: string | undefined;

  const start = async (): Promise<Thread> => {
    const started = startThread(options);
    description = (await started.ask({ ask: 'describe' }, startMs)).value as PluginDescription;
    await started.ask({ ask: 'create', config: options.config }, startMs);
    return started;
  };
  try {
    thread = await start();
  } catch (error) {
    throw pluginErrors.PLUGIN_UNLOADABLE({ module: options.module, reason: (error as Error).message });
  }

  const suspended = () => pluginErrors.PLUGIN_SUSPENDED({ name: description.name, reason: trouble });
  return {
    get description() {
      return description;
    },
    async run(items) {
      if (strikes >= strikesAllowed) throw suspended();
      try {
        thread ??= await start();
        const answer = await thread.ask(
          { ask: 'run', items: new TextEncoder().encode(JSON.stringify(items)) },
          timeoutMs,
        );
        strikes = 0;
        trouble = undefined;
        const results = JSON.parse(new TextDecoder().decode(answer.items)) as ItemResult[];
        for (const result of results) if ('error' in result) options.onFailure?.(description.name);
        return results;
      } catch (error) {
        strikes++;
        trouble = (error as Error).message;
        options.onFailure?.(description.name);
        log.error({ plugin: description.name, strikes, reason: trouble }, 'A plugin failed a whole batch');
        await thread?.end();
        thread = undefined;
        throw suspended();
      }
    },
    state: () =>
      strikes >= strikesAllowed
        ? { state: 'suspended', ...(trouble === undefined ? {} : { detail: trouble }) }
        : { state: 'running', ...(trouble === undefined ? {} : { detail: trouble }) },
    async close() {
      await thread?.end();
      thread = undefined;
    },
  };
}

function startThread({ module, worker }: HostOptions): Thread {
  return startAskedThread(worker, {
    workerData: { module: pathToFileURL(module).href },
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
    env: {},
  });
}
