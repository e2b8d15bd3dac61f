/**
 * The thread that runs one user's plugin, so that a loop, an exit or a full heap in it ends nothing else.
 * Started by `host.ts` with the module's address as `workerData.module`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { pino } from 'pino';
import { z } from 'zod';
import { type AnyPlugin, configSchemaOf, definePlugin } from './define.ts';
import { kinds } from './kinds.ts';
import type { Answer, ItemResult, PluginDescription, Request } from './protocol.ts';

const { module } = workerData as { module: string };
const decoder = new TextDecoder();
const encoder = new TextEncoder();
let plugin: AnyPlugin | undefined;
let instance: ((item: unknown) => unknown) | undefined;

/** The module's default export: a plugin, or a function that makes one from `{ definePlugin, z }`. */
async function loadPlugin(): Promise<AnyPlugin> {
  const { default: exported } = (await import(module)) as { default?: unknown };
  const made = typeof exported === 'function' ? exported({ definePlugin, z }) : exported;
  const candidate = made as AnyPlugin | undefined;
  if (typeof candidate?.create !== 'function' || typeof candidate.name !== 'string')
    throw new TypeError(
      'its default export is not a plugin, nor a function that makes one from { definePlugin, z }',
    );
  if (!kinds.includes(candidate.kind))
    throw new TypeError(`its kind "${candidate.kind}" is none of ${kinds.join(', ')}`);
  if (candidate.kind === 'input' || candidate.kind === 'detector')
    throw new TypeError(
      `plugins of kind "${candidate.kind}" cannot run in a worker; processor, enricher and notifier can`,
    );
  return candidate;
}

async function answer(request: Request): Promise<Omit<Extract<Answer, { ok: true }>, 'id' | 'ok'>> {
  plugin ??= await loadPlugin();
  if (request.ask === 'describe') {
    const { name, kind, summary } = plugin;
    return { value: { name, kind, summary, schema: configSchemaOf(plugin) } satisfies PluginDescription };
  }
  if (request.ask === 'create') {
    const config = plugin.config.parse(request.config) as never;
    instance = plugin.create(config, { log: pino() } as never) as typeof instance;
    return {};
  }
  const run = instance;
  if (run === undefined) throw new Error('it was not created yet');
  const items = JSON.parse(decoder.decode(request.items)) as unknown[];
  const results: ItemResult[] = [];
  for (const item of items) {
    try {
      results.push({ value: (await run(item)) ?? null });
    } catch (error) {
      results.push({ error: error instanceof Error ? error.message : String(error) });
    }
  }
  return { items: encoder.encode(JSON.stringify(results)) };
}

parentPort?.on('message', (request: Request) => {
  answer(request).then(
    (value) =>
      parentPort?.postMessage(
        { id: request.id, ok: true, ...value },
        value.items === undefined ? [] : [value.items.buffer as ArrayBuffer],
      ),
    (error: unknown) =>
      parentPort?.postMessage({
        id: request.id,
        ok: false,
        message: error instanceof Error ? error.message : String(error),
      }),
  );
});
