import { resolve } from 'node:path';
import { inputs } from '@tidewatch/inputs';
import { type HostedPlugin, hostPlugin, type Kind, type PluginDescription } from '@tidewatch/plugin';
import { createLogger, type Logger } from '@tidewatch/telemetry';
import type { Config } from '../config/schema.ts';
import { workers } from './workers.ts';

export interface PluginRow {
  readonly name: string;
  readonly kind: Kind;
  readonly summary: string;
  /** `shipped`, or `yours`. */
  readonly from: string;
  readonly fault?: string;
}

/** Every plugin this configuration has: the shipped inputs, and the user's modules, loaded to ask them what they are. */
export async function describePlugins(config: Config): Promise<PluginRow[]> {
  const shipped = inputs.map(({ name, kind, summary }) => ({ name, kind, summary, from: 'shipped' }));
  const own = await Promise.all(
    config.plugins.map(async ({ module, config: pluginConfig }): Promise<PluginRow> => {
      try {
        const { name, kind, summary } = await checkPlugin(module, pluginConfig ?? {});
        return { name, kind, summary, from: 'yours' };
      } catch (error) {
        return {
          name: module,
          kind: 'processor',
          summary: '',
          from: 'yours',
          fault: (error as Error).message,
        };
      }
    }),
  );
  return [...shipped, ...own];
}

/** Loads a module in its worker, gives it a configuration, and ends it. Rejects with `PLUGIN_UNLOADABLE`. */
export async function checkPlugin(module: string, config: unknown): Promise<PluginDescription> {
  const plugin = await host(module, config, createLogger({ level: 'silent' }));
  await plugin.close();
  return plugin.description;
}

/**
 * Loads the user's plugins. One that does not load stops the start: a pipeline that lacks a step its owner configured
 * (a pseudonymiser, say) must not run.
 */
export async function hostPlugins(
  { plugins }: Pick<Config, 'plugins'>,
  log: Logger,
  onFailure: (name: string) => void,
): Promise<HostedPlugin[]> {
  const opened = await Promise.allSettled(
    plugins.map(({ module, config }) => host(module, config ?? {}, log, onFailure)),
  );
  const running = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  if (failed === undefined) return running;
  await Promise.all(running.map((plugin) => plugin.close()));
  throw failed.reason;
}

const host = (module: string, config: unknown, log: Logger, onFailure?: (name: string) => void) =>
  hostPlugin({
    module: resolve(module),
    config,
    worker: workers.plugin,
    log,
    ...(onFailure === undefined ? {} : { onFailure }),
  });
