import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import { createNormaliser, type NormaliserOptions } from '@tidewatch/normalize';
import { type HostedPlugin, hostPlugin, type RawRecord } from '@tidewatch/plugin';
import type { Stream, StreamRecord } from '@tidewatch/stream';
import { createWal } from '@tidewatch/stream/wal';
import { createLogger, createMetrics, type MetricName, type Metrics } from '@tidewatch/telemetry';
import { expect } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { createAccept } from './accept.ts';

const worker = bundled(new URL('../../libs/plugin/worker.ts', import.meta.url));

export const received = Date.parse('2026-11-21T09:08:05.250Z');
export const log = createLogger({ level: 'silent' });

/** A record without a position that could come again, unless one is given. */
export const recordOf = (content: string | Uint8Array, more: Partial<RawRecord> = {}): RawRecord => ({
  bytes: Buffer.from(content),
  format: 'json',
  position: { kind: 'none' },
  received,
  hints: {},
  ...more,
});

export const messages = (from: number, to: number): RawRecord[] =>
  Array.from({ length: to - from }, (_, i) => recordOf(JSON.stringify({ message: `m${from + i}` })));

export const eventsOf = (records: readonly StreamRecord[]): EcsEvent[] =>
  records.map(({ value }) => JSON.parse(Buffer.from(value).toString()) as EcsEvent);

export const readAll = (stream: Stream): Promise<StreamRecord[]> =>
  stream.read({ partition: 0, offset: 0 }, 100_000);

/** Asserts what was counted: sums of counters whose labels include those given. */
export async function expectCounted(
  metrics: Metrics,
  expected: readonly (readonly [MetricName, Readonly<Record<string, string>>, number])[],
): Promise<void> {
  const counted = await Promise.all(
    expected.map(async ([name, labels]) => [name, labels, await metrics.sum(name, labels)]),
  );
  expect(counted).toEqual(expected);
}

/** The entry of the pipeline on a real log in a folder of its own, with the real normaliser. */
export async function openIngest(options: { diskBudgetBytes?: number } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-ingest-'));
  const openLog = () => createWal({ directory: join(directory, 'log'), ...options });
  let wal = openLog();
  const events = await wal.open('events');
  const deadLetters = await wal.open('dead-letters');
  const letterOutcomes = await wal.open('dead-letters.outcomes');
  const metrics = createMetrics({ process: false });
  const plugins: HostedPlugin[] = [];
  return {
    directory,
    events,
    deadLetters,
    letterOutcomes,
    metrics,
    accept: (processors: readonly HostedPlugin[] = [], normaliser: NormaliserOptions = {}) =>
      createAccept({
        events,
        deadLetters,
        normalise: createNormaliser(normaliser),
        processors,
        metrics,
        log,
      }),
    /** A user's processor whose `create` is the given JavaScript. */
    async plugin(name: string, create: string, timeoutMs = 5_000): Promise<HostedPlugin> {
      const module = join(directory, `${name}.mjs`);
      await writeFile(
        module,
        `export default ({ definePlugin, z }) => definePlugin({
          name: '${name}', kind: 'processor', summary: 'For a test.', config: z.strictObject({}), create: ${create} });`,
      );
      const hosted = await hostPlugin({ module, config: {}, worker, log, timeoutMs });
      plugins.push(hosted);
      return hosted;
    },
    /** What a process that starts again finds in a stream. */
    async reread(name: string): Promise<StreamRecord[]> {
      await wal.close();
      wal = openLog();
      return readAll(await wal.open(name));
    },
    async dispose() {
      await Promise.all(plugins.map((plugin) => plugin.close()));
      await wal.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
