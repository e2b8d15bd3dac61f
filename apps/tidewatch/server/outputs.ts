import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Output } from '@tidewatch/detector';
import type { Log, Stream } from '@tidewatch/stream';
import type { Config } from '../config/schema.ts';

const prefix = 'outputs.';
/** So much of the log's disk budget all outputs together may take. */
const shareOfBudget = 1 / 4;

export interface OutputStreams {
  readonly outputs: readonly Output[];
  /** Those of outputs, and what is left of earlier ones: its time to live goes on. */
  readonly streams: readonly Stream[];
}

export const noOutputs: OutputStreams = { outputs: [], streams: [] };

/**
 * Opens the streams that matches are written to.
 *
 * @param ttlMs the longest that any of them may keep anything, milliseconds
 */
export async function openOutputs(log: Log, config: Config, ttlMs: number): Promise<OutputStreams> {
  const { kafka, budget } = config.stream;
  // Nobody in this process reads them, so nothing else would keep them from using up what senders need.
  const most =
    kafka === undefined ? (budget * shareOfBudget) / config.outputs.length : Number.POSITIVE_INFINITY;
  const outputs = await Promise.all(
    config.outputs.map(async ({ name, select, retention: { time, size } }): Promise<Output> => {
      const bytes = Math.min(size ?? Number.POSITIVE_INFINITY, most);
      const retention = {
        // Kafka keeps the promise by itself: also for a topic that is configured no more.
        ...(kafka === undefined ? {} : { hard: true, ms: ttlMs }),
        ...(time === undefined ? {} : { ms: Math.min(time, ttlMs) }),
        ...(Number.isFinite(bytes) ? { bytes } : {}),
      };
      const stream = await log.open(`${prefix}${name}`, { retention });
      return { name, stream, ...(select === undefined ? {} : { select }) };
    }),
  );
  const known = new Set(outputs.map(({ stream }) => stream.name));
  const left = (await namesOnDisk(config)).filter((name) => !known.has(name));
  const others = await Promise.all(left.map((name) => log.open(name)));
  return { outputs, streams: [...outputs.map(({ stream }) => stream), ...others] };
}

async function namesOnDisk({ data, stream }: Config): Promise<string[]> {
  if (stream.kafka !== undefined) return [];
  const names = await readdir(join(data, 'streams')).catch(() => []);
  return names.filter((name) => name.startsWith(prefix));
}
