import type { Input } from '@tidewatch/plugin';
import { afterEach, beforeEach } from 'vitest';
import { http } from './http.ts';
import { createSink, type Sink } from './sink.suite.ts';

/** Those of the test that runs. */
export let sink: Sink;
export let input: Input;
export let url: string;

/** Starts the input, or starts it anew, on a port of its own. */
export async function start(config: object = {}, context = sink.context): Promise<string> {
  await input?.stop();
  input = http.create(http.config.parse({ port: 0, ...config }), context);
  await input.start();
  url = input.listeners()[0]!.address;
  return url;
}

/** A sink for each test of a file, and the input in front of it where `config` is given. */
export function receiving(config?: object): void {
  beforeEach(async () => {
    sink = await createSink();
    if (config !== undefined) await start(config);
  });
  afterEach(async () => {
    await input.stop();
    await sink.remove();
  });
}

export const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(url + path, { method: 'POST', body: body as BodyInit, headers });

export const bulk = (lines: unknown[], path = '/_bulk') =>
  post(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));

// biome-ignore lint/suspicious/noExplicitAny: answers of a foreign API, which the tests look into.
export type Answer = any;
export const answerOf = async (response: Response) => (await response.json()) as Answer;

export const refused = (reason: string) =>
  sink.context.metrics.value('input_refused_total', { input: 'test', reason });
