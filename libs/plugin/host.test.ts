import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@tidewatch/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { hostPlugin } from './host.ts';

const log = createLogger({ level: 'silent' });
const worker = bundled(new URL('./worker.ts', import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-plugin-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function host(body: string, config: unknown = {}, timeoutMs = 3_000) {
  const module = join(directory, `${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(module, body);
  return hostPlugin({ module, config, worker, log, timeoutMs });
}

const processor = (create: string, schema = 'z.strictObject({ suffix: z.string().default("!") })') => `
  export default ({ definePlugin, z }) => definePlugin({
    name: 'shout', kind: 'processor', summary: 'Shouts.', config: ${schema}, create: ${create},
  });`;

describe('hostPlugin', () => {
  it('runs a plugin with its validated configuration, item by item', async () => {
    const plugin = await host(
      processor(`({ suffix }) => (event) => {
        if (event.message === 'bad') throw new Error('no');
        return event.message === 'drop' ? null : { ...event, message: event.message + suffix };
      }`),
    );
    expect(plugin.description).toMatchObject({ name: 'shout', kind: 'processor' });
    expect(await plugin.run([{ message: 'a' }, { message: 'bad' }, { message: 'drop' }])).toEqual([
      { value: { message: 'a!' } },
      { error: 'no' },
      { value: null },
    ]);
    await plugin.close();
  });

  it.each([
    ['a missing module', undefined, 'Cannot find module'],
    ['a module without a plugin', 'export const nothing = 1;', 'default export is not a plugin'],
    ['a throw while loading', 'throw new Error("broken at load");', 'broken at load'],
  ])('refuses %s and says why', async (_what, body, reason) => {
    const attempt =
      body === undefined
        ? hostPlugin({ module: join(directory, 'absent.mjs'), config: {}, worker, log })
        : host(body);
    await expect(attempt).rejects.toMatchObject({
      code: 'PLUGIN_UNLOADABLE',
      message: expect.stringContaining(reason),
    });
  });

  it('refuses a configuration that the plugin’s schema refuses', async () => {
    await expect(host(processor('() => (e) => e'), { sufix: 'x' })).rejects.toMatchObject({
      code: 'PLUGIN_UNLOADABLE',
      message: expect.stringContaining('sufix'),
    });
  });

  it.each([
    ['loops for ever', '() => () => { for (;;); }', 'took more than', 1_500],
    ['ends the process', '() => () => process.exit(3)', 'exit code 3', 1_500],
    [
      'eats the heap',
      '() => () => { const all = []; for (;;) all.push(new Array(1e5).fill(1)); }',
      'memory limit',
      // On a busy machine it takes a while to fill.
      30_000,
    ],
  ])('outlives a plugin that %s', async (_what, create, reason, timeoutMs) => {
    const plugin = await host(processor(create), {}, timeoutMs);
    await expect(plugin.run([{}])).rejects.toMatchObject({
      code: 'PLUGIN_SUSPENDED',
      message: expect.stringContaining(reason),
    });
    await plugin.close();
  });

  it('starts a fresh thread after a crash, and stays suspended after the third in a row', async () => {
    const plugin = await host(
      processor('() => (event) => event.message === "die" ? process.exit(1) : event'),
    );
    await expect(plugin.run([{ message: 'die' }])).rejects.toThrow();
    expect(await plugin.run([{ message: 'fine' }])).toEqual([{ value: { message: 'fine' } }]);
    for (let i = 0; i < 3; i++) await expect(plugin.run([{ message: 'die' }])).rejects.toThrow();
    expect(plugin.state().state).toBe('suspended');
    await expect(plugin.run([{ message: 'fine' }])).rejects.toMatchObject({ code: 'PLUGIN_SUSPENDED' });
    await plugin.close();
  });
});
