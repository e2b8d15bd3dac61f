import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventId } from '@tidewatch/event/ids';
import type { Input } from '@tidewatch/plugin';
import { afterEach, beforeEach } from 'vitest';
import { file } from './file.ts';
import { createSink, type Sink } from './sink.suite.ts';

/** Those of the test that runs. */
export let sink: Sink;
export let input: Input;
export let logs: string;
export let state: string;

export const at = (name: string) => join(logs, name);
export const make = (config: Record<string, unknown> = {}) =>
  file.create(file.config.parse({ paths: [at('*.log')], poll_ms: 20, ...config }), {
    ...sink.context,
    directory: state,
  });
export async function start(config: Record<string, unknown> = {}): Promise<void> {
  input = make(config);
  await input.start();
}
export async function restart(config: Record<string, unknown> = {}): Promise<void> {
  await input.stop();
  await start(config);
}
export const ids = () => sink.taken.map(({ record }) => eventId(record.position));
export const quiet = (ms = 150) => new Promise((resolve) => setTimeout(resolve, ms));

/** Logs, a state and a sink of its own for each test of a file. */
export function following(): void {
  beforeEach(async () => {
    sink = await createSink();
    logs = join(sink.directory, 'logs');
    state = join(sink.directory, 'state');
    await mkdir(logs);
  });
  afterEach(async () => {
    await input?.stop();
    await sink.remove();
  });
}
